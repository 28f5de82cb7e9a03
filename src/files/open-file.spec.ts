import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWholeFile } from './open-file.js';

let place: string;
let root: string;
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'open-file-')));
  root = join(place, 'root');
  await mkdir(join(root, 'inner'), { recursive: true });
  await writeFile(join(root, 'inner/file'), 'inside');
  await writeFile(join(place, 'secret'), 'outside');
});
afterEach(() => rm(place, { recursive: true }));

const read = async (name: string, maxBytes = 100): Promise<string | undefined> =>
  (await readWholeFile(root, join(root, name), maxBytes))?.toString();

describe('a file that is opened by its name', () => {
  it('is read whole, and is none where it is absent', async () => {
    expect(await read('inner/file')).toBe('inside');
    expect(await read('absent')).toBeUndefined();
    expect(await read('inner/file/deeper')).toBeUndefined();
  });

  it.each([
    ['a file', 'inner/file'],
    ['a link to a link', 'first'],
    ['the real path', '$root/inner/file'],
  ])('may be a link to %s in the folder', async (_, target) => {
    await symlink('inner/file', join(root, 'first'));
    await symlink(target.replace('$root', root), join(root, 'link'));
    expect(await read('link')).toBe('inside');
  });

  it('may be reached by a link to the folder itself', async () => {
    await symlink(root, join(place, 'alias'));
    expect(String(await readWholeFile(join(place, 'alias'), join(place, 'alias/inner/file'), 100))).toBe(
      'inside',
    );
  });

  it.each([
    ['a file outside', '../secret'],
    ['a file beside, in a folder whose name begins alike', '../root-old/secret'],
    ['a device', '/dev/zero'],
    ['what the system tells of this process', '/proc/self/environ'],
  ])('is refused where it is a link to %s', async (_, target) => {
    await mkdir(join(place, 'root-old'));
    await writeFile(join(place, 'root-old/secret'), 'outside');
    await symlink(target, join(root, 'link'));
    await expect(read('link')).rejects.toMatchObject({ kind: 'outside' });
  });

  it('is refused where a folder on its way leads out', async () => {
    await symlink('..', join(root, 'up'));
    await expect(read('up/secret')).rejects.toMatchObject({ kind: 'outside' });
    await expect(read('../secret')).rejects.toMatchObject({ kind: 'outside' });
  });

  it('is refused where it is no regular file, without waiting for what a pipe would give', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const name of ['pipe', 'inner'])
      await expect(read(name)).rejects.toMatchObject({ kind: 'irregular' });
  });

  it('is refused where it is a link to itself', async () => {
    await symlink('loop', join(root, 'loop'));
    await expect(read('loop')).rejects.toMatchObject({ message: 'is a link that leads to itself' });
  });

  it('is not read where it has more bytes than it may have', async () => {
    const file = await open(join(root, 'sparse'), 'w');
    await file.truncate(6 * 2 ** 30);
    await file.close();
    await expect(read('sparse')).rejects.toMatchObject({
      message: `has ${6 * 2 ** 30} bytes and may have 100 at most`,
    });
  });

  it('is never another, however often its folder is exchanged for a link that leads out', async () => {
    await mkdir(join(place, 'other'));
    await writeFile(join(place, 'other/file'), 'outside');
    await symlink(join(place, 'other'), join(root, 'link'));
    const exchange = async (): Promise<void> => {
      await rename(join(root, 'inner'), join(root, 'aside'));
      await rename(join(root, 'link'), join(root, 'inner'));
      await rename(join(root, 'inner'), join(root, 'link'));
      await rename(join(root, 'aside'), join(root, 'inner'));
    };
    const readings = Promise.all(Array.from({ length: 50 }, () => read('inner/file').catch(() => 'refused')));
    for (let round = 0; round < 50; round += 1) await exchange();
    expect((await readings).filter((content) => content === 'outside')).toEqual([]);
  });
});
