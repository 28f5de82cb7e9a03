import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rmdir, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
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
  if (xdg && isAbsolute(xdg)) return join(xdg, 'tensornest');
  try {
    return join(home(), '.cache/tensornest');
  } catch {
    throw new Problem(
      'This user has no home directory to keep TensorFlow in: set TENSORNEST_CACHE_DIR to a directory that can be written.',
    );
  }
}

export const librariesIn = (cache: string): string => join(cache, 'tensorflow');
export const addonsIn = (cache: string): string => join(cache, 'addon');
export const logIn = (cache: string): string => join(cache, 'install.log');

/**
 * Refuses a cache that cannot be written, by trying: permissions alone do not tell a read-only disk or a kernel's folder.
 * Must pass before any recursive mkdir, which in a folder of the kernel's never ends. Leaves nothing behind.
 */
export async function requireWritable(cache: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(nearestExisting(cache), '.tensornest-')));
  } catch (error) {
    throw unwritable(cache, error);
  }
}

/** The directory itself when it is there, else the one above it that is. */
export function nearestExisting(directory: string): string {
  return existsSync(directory) ? directory : nearestExisting(dirname(directory));
}

export async function makeCache(cache: string): Promise<void> {
  await requireWritable(cache);
  try {
    await mkdir(librariesIn(cache), { recursive: true });
    await mkdir(addonsIn(cache), { recursive: true });
  } catch (error) {
    throw unwritable(cache, error);
  }
}

function unwritable(cache: string, error: unknown): Problem {
  return new Problem(
    `The cache directory ${cache} cannot be written (${(error as NodeJS.ErrnoException).code}): set TENSORNEST_CACHE_DIR to a directory that can.`,
  );
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

/** Refuses before the download when the disk is too small, and says by how much. `directory` may not exist yet. */
export async function requireFreeBytes(directory: string, needed: number): Promise<void> {
  const free = await freeBytes(nearestExisting(directory));
  if (free >= needed) return;
  throw new Problem(
    `The disk of ${directory} has ${size(free)} free and TensorFlow needs ${size(needed)} while it installs: free ${size(needed - free)} more, or set TENSORNEST_CACHE_DIR to a larger disk.`,
  );
}
