import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { FileFault } from '../../files/file-fault.js';
import { openFile } from '../../files/open-file.js';

/** Of a version's folder. A model has some tens of files; whoever has more has put something else there. */
const MOST_FILES = 10_000;
/** Also what ends the walk where a link leads to a folder above itself. */
const MOST_FOLDERS_DEEP = 16;
const CHUNK = 2 ** 20;

/** One file of a version. */
export interface ManifestEntry {
  /** From the version's folder, with `/`. */
  readonly path: string;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

/** What a version's files are, and the one number that stands for all of it. */
export interface Manifest {
  /** By path. */
  readonly files: readonly ManifestEntry[];
  /** SHA-256 of the lines of all files; see `lineOf`. */
  readonly sha256: string;
}

/**
 * The manifest of a version's folder: every file in it, hidden ones and those of its folders too, with name, size and content. Rights, times and
 * empty folders are not looked at.
 * @param root the folder that no link may lead out of
 * @throws ConfigError where there is what cannot be read so
 */
export async function manifestOf(directory: string, root: string): Promise<Manifest> {
  const paths = (await listFiles(directory)).toSorted((a, b) => (a < b ? -1 : 1));
  const files: ManifestEntry[] = [];
  for (const path of paths) files.push(await entryOf(directory, path, root));
  const hash = createHash('sha256');
  for (const entry of files) hash.update(`${lineOf(entry)}\n`);
  return { files, sha256: hash.digest('hex') };
}

/** A file as it counts, and as it is shown. The path is JSON, so that no name can pass for two lines. */
export function lineOf({ path, size, sha256 }: ManifestEntry): string {
  return `${sha256}  ${size}  ${JSON.stringify(path)}`;
}

async function listFiles(directory: string, folder = '', depth = 0): Promise<string[]> {
  if (depth > MOST_FOLDERS_DEEP)
    throw new ConfigError(
      `Expected at most ${MOST_FOLDERS_DEEP} folders in each other but received ${folder}.`,
    );
  const found: string[] = [];
  for (const name of await readdir(join(directory, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    // Links are followed, as who loads the model follows them.
    const isFolder = await stat(join(directory, path)).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (isFolder) found.push(...(await listFiles(directory, path, depth + 1)));
    else found.push(path);
    if (found.length > MOST_FILES)
      throw new ConfigError(`Expected at most ${MOST_FILES} files in a version but received more.`);
  }
  return found;
}

async function entryOf(directory: string, path: string, root: string): Promise<ManifestEntry> {
  const opened = await openFile(root, join(directory, path), Number.MAX_SAFE_INTEGER).catch(
    (error: unknown): never => {
      throw error instanceof FileFault ? new ConfigError(`${path} ${error.message}.`) : error;
    },
  );
  if (!opened) throw new ConfigError(`${path} is a link to nothing, or was taken away.`);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(CHUNK);
    let size = 0;
    for (;;) {
      const { bytesRead } = await opened.handle.read(buffer, 0, CHUNK, size);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    return { path, size, sha256: hash.digest('hex') };
  } finally {
    await opened.handle.close();
  }
}
