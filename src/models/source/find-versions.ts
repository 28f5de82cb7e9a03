import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isInside } from '../../files/open-file.js';
import { stampFolder, stampGoldens } from './file-stamp.js';

/** A version as it lies on the disk. */
export interface FoundVersion {
  readonly number: number;
  /** The real path of `<model>/<number>`. */
  readonly directory: string;
  /** That of `<model>`. */
  readonly modelDirectory: string;
  /** That of the folder which no link among its files may lead out of. */
  readonly root: string;
  /** Changes whenever its files do. */
  readonly stamp: string;
  /** Why it cannot be served, as a sentence. */
  readonly fault?: string;
}

/** TensorFlow Serving takes any int64 (`file_system_storage_path_source.cc`); beyond this, JSON's numbers are not exact. */
export const MAX_VERSION = Number.MAX_SAFE_INTEGER;

const VERSION = /^\d{1,19}$/;

/**
 * The versions of a model: the child folders of `directory` whose names are whole numbers, in ascending order. Of two spellings
 * of one number (`1`, `001`) the shortest counts. A link that leads out of `root` is not followed.
 * @param shown the folder as its user knows it, for sentences
 * @returns `undefined` if the folder cannot be read
 */
export async function findVersions(
  directory: string,
  root: string,
  shown: string,
): Promise<FoundVersion[] | undefined> {
  const folders = await versionFolders(directory);
  if (folders === undefined) return undefined;
  const found: FoundVersion[] = [];
  for (const { number, entry, real } of folders) {
    const fault = faultOf(number, real, root, `${shown}/${entry}`);
    const version = { number, directory: real, modelDirectory: directory, root };
    found.push(
      fault === undefined
        ? { ...version, stamp: `${await stampFolder(real)}|${await stampGoldens(real)}` }
        : { ...version, stamp: fault, fault },
    );
  }
  return found;
}

interface VersionFolder {
  readonly number: number;
  /** The number as the folder's name spells it. */
  readonly entry: string;
  /** The real path. */
  readonly real: string;
}

/** The same by their names alone, without a look at their files. */
export async function versionFolders(directory: string): Promise<VersionFolder[] | undefined> {
  const entries = await readdir(directory).catch(() => undefined);
  if (entries === undefined) return undefined;
  const spellings = new Map<number, string>();
  for (const entry of entries.filter((name) => VERSION.test(name)).toSorted(byLength)) {
    if (!spellings.has(Number(entry))) spellings.set(Number(entry), entry);
  }
  const folders: VersionFolder[] = [];
  for (const [number, entry] of [...spellings].toSorted(([a], [b]) => a - b)) {
    const real = await realFolder(join(directory, entry));
    if (real !== undefined) folders.push({ number, entry, real });
  }
  return folders;
}

function faultOf(number: number, real: string, root: string, shown: string): string | undefined {
  if (number > MAX_VERSION)
    return `The version of ${shown} is beyond ${MAX_VERSION}, the highest that is served.`;
  return isInside(root, real) ? undefined : sayOutside(shown);
}

function byLength(a: string, b: string): number {
  return a.length - b.length;
}

/** The real path, if it is a folder's. */
export async function realFolder(path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
  return found?.isDirectory() ? real : undefined;
}

/** @param shown a folder or a file as its user knows it */
export function sayOutside(shown: string): string {
  return `${shown} is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.`;
}
