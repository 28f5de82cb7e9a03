import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GOLDENS } from '../goldens/golden.js';

/** The folders of a version whose files make it what it is. */
const FOLDERS = ['', 'variables', 'assets.extra'];

/** A folder with more entries than this is told apart by the first of them alone. */
const MAX_ENTRIES = 1024;

/**
 * What tells one state of a version's files from another without reading them: names, sizes, times of change. Two equal
 * stamps are the same content, as far as a file system tells.
 */
export async function stampFolder(directory: string): Promise<string> {
  const folders = await Promise.all(FOLDERS.map((folder) => stampFiles(join(directory, folder))));
  return folders.join('|');
}

/** The same of the folder `goldens` and the folders in it; empty if there is none. */
export async function stampGoldens(directory: string): Promise<string> {
  const goldens = join(directory, GOLDENS);
  const inside = await readdir(goldens, { withFileTypes: true }).catch(() => []);
  const folders = inside.filter((entry) => entry.isDirectory()).map(({ name }) => join(goldens, name));
  return (await Promise.all([goldens, ...folders].map(stampFiles))).join('|');
}

async function stampFiles(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const stamps = names
    .toSorted()
    .slice(0, MAX_ENTRIES)
    .map(async (name) => {
      const file = await lstat(join(folder, name)).catch(() => undefined);
      return file?.isDirectory() === false ? `${name}:${stampOf(file)}` : name;
    });
  return (await Promise.all(stamps)).join(',');
}

/** Of one file, links followed; empty if there is none. */
export async function stampFile(path: string): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  return file ? stampOf(file) : '';
}

function stampOf({ size, mtimeMs, ino }: { size: number; mtimeMs: number; ino: number }): string {
  return `${size}/${mtimeMs}/${ino}`;
}
