import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAbandoned, makeOnce, parsePartial } from './staging.js';

const partial = { name: '', startedAt: 0, process: 1, machine: 'here' };

const make = async (staging: string) => writeFile(join(staging, 'whole'), '');
const fail = async (staging: string) => {
  await writeFile(join(staging, 'half'), '');
  throw new Error('interrupted');
};

describe('isAbandoned', () => {
  it.each([
    ['its process runs and touches it', 'here', true, 5_000, false],
    ['its process is gone', 'here', false, 5_000, true],
    ['another machine touches it', 'there', false, 5_000, false],
    ['nobody has touched it for minutes', 'there', false, 300_000, true],
    ['its number belongs to a new process by now', 'here', true, 300_000, true],
  ])('when %s', (_, here, runs, untouchedMs, abandoned) => {
    expect(isAbandoned(partial, here, runs, untouchedMs)).toBe(abandoned);
  });
});

describe('parsePartial', () => {
  it('reads target, time, process and machine', () => {
    expect(parsePartial('2.20.0-cpu-linux-x64.partial-1700000000000-42-my-host')).toMatchObject({
      target: '2.20.0-cpu-linux-x64',
      startedAt: 1_700_000_000_000,
      process: 42,
      machine: 'my-host',
    });
  });

  it('takes a finished directory for none', () =>
    expect(parsePartial('2.20.0-cpu-linux-x64')).toBeUndefined());
});

describe('makeOnce', () => {
  let directory = '';
  let target = '';
  const options = { signal: new AbortController().signal, onWait: () => undefined };
  const isDone = async () => existsSync(join(target, 'whole'));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'staging-'));
    target = join(directory, 'thing');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives the directory its name when it is whole', async () => {
    await makeOnce(target, isDone, make, options);
    expect(await readdir(directory)).toEqual(['thing']);
  });

  it('leaves nothing behind when the making fails', async () => {
    await expect(makeOnce(target, isDone, fail, options)).rejects.toThrow('interrupted');
    expect(await readdir(directory)).toEqual([]);
  });

  it('replaces a directory that lost a file', async () => {
    await mkdir(target);
    await makeOnce(target, isDone, make, options);
    expect(await readdir(target)).toEqual(['whole']);
  });

  it('removes what a killed run left', async () => {
    // Above the largest process number of any system.
    await mkdir(join(directory, `thing.partial-1-99999999-${hostname()}`));
    await makeOnce(target, isDone, make, options);
    expect(await readdir(directory)).toEqual(['thing']);
  });

  it('does not make again what is there', async () => {
    let made = 0;
    const count = async (staging: string) => {
      made += 1;
      await make(staging);
    };
    await makeOnce(target, isDone, count, options);
    await makeOnce(target, isDone, count, options);
    expect(made).toBe(1);
  });
});
