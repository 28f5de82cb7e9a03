import { mkdir, readFile, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Problem } from './problem.js';
import { size } from './progress.js';

/** Written into a directory of the cache just before it gets its name: what it is, and the files that must be in it. */
export interface Installed {
  readonly id: string;
  readonly version: string;
  readonly variant: 'cpu' | 'gpu' | 'external';
  /** Path inside the directory → bytes. Cheap to check, and enough to notice a file that somebody deleted. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Where TensorFlow lives between checkouts: TENSORNEST_CACHE_DIR, else `tensornest` in XDG_CACHE_HOME or `~/.cache`.
 * A relative XDG_CACHE_HOME is ignored, as the XDG Base Directory Specification asks.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv, home: () => string = homedir): string {
  if (env.TENSORNEST_CACHE_DIR) return resolve(env.TENSORNEST_CACHE_DIR);
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home(), '.cache'), 'tensornest');
}

export const librariesIn = (cache: string): string => join(cache, 'tensorflow');
export const addonsIn = (cache: string): string => join(cache, 'addon');
export const logIn = (cache: string): string => join(cache, 'install.log');

export async function makeCache(cache: string): Promise<void> {
  try {
    await mkdir(librariesIn(cache), { recursive: true });
    await mkdir(addonsIn(cache), { recursive: true });
  } catch (error) {
    throw new Problem(
      `The cache directory ${cache} cannot be written (${(error as NodeJS.ErrnoException).code}): set TENSORNEST_CACHE_DIR to a directory that can.`,
    );
  }
}

/** What a finished installation says of itself; undefined when there is none, or when a file of it is gone or cut. */
export async function readInstalled(directory: string): Promise<Installed | undefined> {
  try {
    const installed = JSON.parse(await readFile(join(directory, 'installed.json'), 'utf8')) as Installed;
    for (const [path, bytes] of Object.entries(installed.files)) {
      if ((await stat(join(directory, path))).size !== bytes) return undefined;
    }
    return installed;
  } catch {
    return undefined;
  }
}

export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Refuses before the download when the disk is too small, and says by how much. */
export async function requireFreeBytes(directory: string, needed: number): Promise<void> {
  const free = await freeBytes(directory);
  if (free >= needed) return;
  throw new Problem(
    `The disk of ${directory} has ${size(free)} free and TensorFlow needs ${size(needed)} while it installs: free ${size(needed - free)} more, or set TENSORNEST_CACHE_DIR to a larger disk.`,
  );
}
