import { readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { type Installed, librariesIn, readInstalled, requireFreeBytes } from './cache.js';
import { command, lastLine, ranOutOfDisk } from './command.js';
import { diskFilledUp, download, type DownloadOptions } from './download.js';
import { Problem } from './problem.js';
import { stage, size } from './progress.js';
import { findPython } from './python.js';
import { makeOnce } from './staging.js';
import { neededBytes, type Plan, TENSORFLOW_VERSION } from './wheels.js';

/** A directory with `lib/` and `include/`, laid out as the addon's search path expects. */
export interface Library {
  readonly directory: string;
  readonly installed: Installed;
  /** What an addon compiled against this library depends on: two libraries with the same key share one addon. */
  readonly addonKey: string;
}

export type InstallOptions = Omit<DownloadOptions, 'python'> & { readonly cache: string };

/** The `addonKey` of every wheel of this version: its C interface is the same on CPU and GPU. */
export const WHEEL_KEY = `wheel ${TENSORFLOW_VERSION}`;

/** The plan's library in the cache; fetched and unpacked first if it is not there, whole or not at all. */
export async function libraryFromWheels(plan: Plan, options: InstallOptions): Promise<Library> {
  const directory = join(librariesIn(options.cache), plan.id);
  const isDone = async () => (await readInstalled(directory)) !== undefined;
  if (!(await isDone())) {
    const python = await findPython(options.env, options.signal);
    await requireFreeBytes(options.cache, neededBytes(plan));
    options.screen.write(`TensorFlow ${TENSORFLOW_VERSION} (${plan.variant}) goes to ${options.cache}\n`);
    await makeOnce(directory, isDone, (staging) => build(plan, staging, { ...options, python }), {
      signal: options.signal,
      onWait: (process) =>
        options.screen.write(`  Waiting for process ${process}, which is installing the same\n`),
    });
  }
  const installed = await readInstalled(directory);
  if (installed === undefined) throw new Error(`${directory} was built and is not complete. This is a bug.`);
  return { directory, installed, addonKey: WHEEL_KEY };
}

async function build(plan: Plan, staging: string, options: DownloadOptions): Promise<void> {
  for (const wheel of plan.wheels) {
    const folder = join(staging, 'wheel');
    const file = await download(wheel, folder, options);
    const script = fileURLToPath(new URL('unpack.py', import.meta.url));
    const lines = [
      `Unpacking ${wheel.name}`,
      `Unpacked ${wheel.name} (${size(wheel.unpackedBytes)})`,
    ] as const;
    await stage(options.screen, lines, async () => {
      const unpack = await command(options.python.path, [script, file, staging], options);
      if (ranOutOfDisk(unpack.output)) throw diskFilledUp(options.log);
      if (unpack.code !== 0) {
        throw new Problem(
          `${wheel.name} could not be unpacked (${lastLine(unpack.output)}): see ${options.log}.`,
        );
      }
      await rm(folder, { recursive: true });
    });
  }
  await nameLibraries(join(staging, 'lib'));
  const installed: Installed = {
    id: plan.id,
    version: TENSORFLOW_VERSION,
    variant: plan.variant,
    files: await sizes(staging),
  };
  await writeFile(join(staging, 'installed.json'), JSON.stringify(installed, null, 2));
}

/**
 * Gives the libraries the names that a linker's `-ltensorflow -ltensorflow_framework` looks for. Throws when the
 * directory has no TensorFlow in it.
 */
export async function nameLibraries(lib: string): Promise<void> {
  const names = await readdir(lib);
  for (const [name, pattern] of [
    ['libtensorflow', /^libtensorflow(_cc)?\.(so\.2|2\.dylib)$/],
    ['libtensorflow_framework', /^libtensorflow_framework\.(so\.2|2\.dylib)$/],
  ] as const) {
    const suffix = process.platform === 'darwin' ? '.dylib' : '.so';
    if (names.includes(name + suffix)) continue;
    const found = names.find((entry) => pattern.test(entry));
    if (found === undefined)
      throw new Problem(
        `${lib} holds no ${name}${suffix}: it is not a TensorFlow library for this platform.`,
      );
    await symlink(found, join(lib, name + suffix));
  }
}

async function sizes(directory: string): Promise<Record<string, number>> {
  const files: Record<string, number> = {};
  for (const path of (await readdir(directory, { recursive: true })).toSorted()) {
    const found = await stat(join(directory, path));
    if (found.isFile()) files[path] = found.size;
  }
  return files;
}
