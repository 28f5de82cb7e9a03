import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What TensorFlow is to read, in a folder of its own, which who asked for it keeps or removes. */
export interface Staged {
  readonly directory: string;
  /** Why it does not lie in the cache, as a code of the system's: it can be removed once it is loaded, and not be kept. */
  readonly fault?: string;
}

/** Where nothing is in the way: where the cache cannot be written, the folder for temporary files, and where that cannot either, memory. */
const BESIDES = [tmpdir(), '/dev/shm'];
const TEMPORARY = 'tensornest-staged-';
/** What its maker left there when it was killed. */
const LEFT_MS = 3600 * 1000;

/**
 * Has a folder written in the cache, or in the next place that has room for it and can be written.
 * @param prefix of its name in the cache
 * @throws what `write` throws if it is no fault of the file system; else the fault of the cache
 */
export async function stage(
  cache: string,
  prefix: string,
  write: (directory: string) => Promise<void>,
): Promise<Staged> {
  let fault: NodeJS.ErrnoException | undefined;
  for (const place of [cache, ...BESIDES]) {
    let directory: string | undefined;
    try {
      if (place === cache) await mkdir(place, { recursive: true });
      else await sweep(place);
      directory = await mkdtemp(join(place, place === cache ? prefix : TEMPORARY));
      await write(directory);
      return { directory, ...(fault && { fault: fault.code! }) };
    } catch (error) {
      if (directory !== undefined) await removeFolder(directory);
      if (!isDiskFault(error)) throw error;
      fault ??= error;
    }
  }
  throw fault!;
}

/** One of the system's, and none of Node's own. */
export function isDiskFault(error: unknown): error is NodeJS.ErrnoException {
  const { code, errno } = error as NodeJS.ErrnoException;
  return code !== undefined && errno !== undefined;
}

/** As far as it can be: where nothing can be written, nothing can be removed either. */
export async function removeFolder(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => {});
}

async function sweep(place: string): Promise<void> {
  const names = (await readdir(place)).filter((name) => name.startsWith(TEMPORARY));
  for (const name of names) {
    const found = await stat(join(place, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFT_MS) await removeFolder(join(place, name));
  }
}
