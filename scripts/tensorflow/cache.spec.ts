import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, makeCache, readInstalled, requireFreeBytes } from './cache.js';

describe('cacheDirectory', () => {
  it.each([
    [{}, '/home/u/.cache/tensornest'],
    [{ XDG_CACHE_HOME: '/var/cache' }, '/var/cache/tensornest'],
    [{ XDG_CACHE_HOME: 'relative' }, '/home/u/.cache/tensornest'],
    [{ XDG_CACHE_HOME: '/var/cache', TENSORNEST_CACHE_DIR: '/data/tf' }, '/data/tf'],
  ])('for %j is %s', (env, directory) => expect(cacheDirectory(env, () => '/home/u')).toBe(directory));
});

describe('cacheDirectory for a user without a home', () => {
  it('names the variable that says where', () => {
    const homeless = () => {
      throw new Error('uv_os_homedir returned ENOENT');
    };
    expect(() => cacheDirectory({}, homeless)).toThrow(/set TENSORNEST_CACHE_DIR/);
  });
});

describe('makeCache', () => {
  it('names a directory that can never be made, and the remedy', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cache-'));
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(makeCache(join(file, 'cache'))).rejects.toThrow(
      /file\/cache cannot be written \(ENOTDIR\): set TENSORNEST_CACHE_DIR/,
    );
    await rm(directory, { recursive: true });
  });
});

describe('readInstalled', () => {
  let directory = '';
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'cache-'))));
  afterEach(() => rm(directory, { recursive: true }));

  const installed = { id: 'x', version: '2.20.0', variant: 'cpu', files: { 'lib.so': 3 } };
  const write = async (library: string) => {
    await writeFile(join(directory, 'lib.so'), library);
    await writeFile(join(directory, 'installed.json'), JSON.stringify(installed));
  };

  it('recognises what is whole', async () => {
    await write('abc');
    expect(await readInstalled(directory)).toEqual(installed);
  });

  it('does not recognise a file that is cut short', async () => {
    await write('ab');
    expect(await readInstalled(directory)).toBeUndefined();
  });

  it('does not recognise an empty directory', async () =>
    expect(await readInstalled(directory)).toBeUndefined());
});

describe('requireFreeBytes', () => {
  it('says how much is missing', async () => {
    await expect(requireFreeBytes(tmpdir(), 1e18)).rejects.toThrow(
      /needs 1000000000\.0 GB while it installs: free \d+\.\d GB more/,
    );
  });
});
