import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Installed, librariesIn } from './cache.js';
import { type Library, nameLibraries } from './library.js';
import { Problem } from './problem.js';

const LIBRARY = /^libtensorflow.*\.(so|dylib)(\.|$)/;

/** A TensorFlow that somebody else put on this machine. */
export interface External {
  readonly home: string;
  /** Where its libraries lie, and their names. */
  readonly lib: string;
  readonly names: readonly string[];
}

/**
 * The TensorFlow that LIBTENSORFLOW_DIR names: a directory with `include/` and the libraries in `lib/` (an unpacked
 * libtensorflow) or beside `include/` (the `tensorflow` folder of a Python installation). Throws the Problem that says
 * what it lacks.
 */
export async function findExternal(given: string): Promise<External> {
  const home = await realpath(given).catch(() => {
    throw new Problem(
      `LIBTENSORFLOW_DIR is ${given}, which does not exist: name a directory with lib/ and include/, or unset it.`,
    );
  });
  const lib = existsSync(join(home, 'lib')) ? join(home, 'lib') : home;
  const names = (await readdir(lib).catch(() => [])).filter((name) => LIBRARY.test(name));
  if (!existsSync(join(home, 'include/tensorflow/c/c_api.h')) || names.length === 0) {
    const missing =
      names.length === 0
        ? 'lib/libtensorflow.so.2 or lib/libtensorflow_cc.so.2'
        : 'include/tensorflow/c/c_api.h';
    throw new Problem(
      `LIBTENSORFLOW_DIR is ${given}, which has no ${missing}: name a directory with lib/ and include/, or unset it.`,
    );
  }
  return { home, lib, names: names.toSorted() };
}

/** Nothing is copied: the cache gets a directory of links, laid out like a wheel's. It takes milliseconds, so it is made anew every time. */
export async function libraryFromDirectory(given: string, cache: string): Promise<Library> {
  const { home, lib, names } = await findExternal(given);
  const id = `external-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
  const directory = join(librariesIn(cache), id);
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'lib'), { recursive: true });
  const stamps = [];
  for (const name of names) {
    const file = await realpath(join(lib, name));
    const { size, mtimeMs } = await stat(file);
    stamps.push(`${file} ${size} ${mtimeMs}`);
    await symlink(file, join(directory, 'lib', name));
  }
  await nameLibraries(join(directory, 'lib'));
  await symlink(join(home, 'include'), join(directory, 'include'));
  for (const neighbour of ['nvidia', 'tensorflow.libs']) {
    const path = join(lib, '..', neighbour);
    if (existsSync(path)) await symlink(path, join(directory, neighbour));
  }
  const installed: Installed = { id, version: home, variant: 'external', files: {} };
  await writeFile(join(directory, 'installed.json'), JSON.stringify(installed, null, 2));
  return { directory, installed, addonKey: stamps.join('\n') };
}
