import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonsIn } from './cache.js';
import { command, lastLine } from './command.js';
import { glibcVersion } from './host.js';
import type { InstallOptions, Library } from './library.js';
import { Problem } from './problem.js';
import { stage } from './progress.js';
import { makeOnce } from './staging.js';
import { findCompiler, findHeaders } from './toolchain.js';

/** The newest Node-API that `@tensorflow/tfjs-node-gpu` names, and where it looks for the addon; Node 20, 22 and 24 have it. */
const NODE_API = 8;
const ADDON = 'tfjs_binding.node';
/** What we add to the package's sources; the first is included before each of them. */
const OURS = ['shared_sessions.h', 'shared_sessions.cc'].map((name) =>
  fileURLToPath(new URL(`addon/${name}`, import.meta.url)),
);

/** The installed package `@tensorflow/tfjs-node-gpu`, whose C++ sources we compile. */
export function packageDirectory(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch {
    throw new Problem('The package @tensorflow/tfjs-node-gpu is not installed: run npm ci first.');
  }
}

/** Where the package expects its addon. */
export const addonPath = (home: string): string => join(home, `lib/napi-v${NODE_API}`, ADDON);

/**
 * Where the cache keeps the addon for a library. Node-API makes it independent of Node's version, so its name is only what
 * goes into it: the sources, the library's interface (`Library.addonKey`), the machine and its C library.
 */
export async function addonDirectory(addonKey: string, cache: string): Promise<string> {
  const hash = createHash('sha256').update(
    [addonKey, process.platform, process.arch, glibcVersion(), NODE_API].join('\n'),
  );
  for (const path of [...(await sources()), ...OURS])
    hash.update(`\n${basename(path)}\n`).update(await readFile(path));
  return join(addonsIn(cache), hash.digest('hex').slice(0, 16));
}

/** Refuses when the addon must be compiled and cannot be. Asked before the library is fetched, not after. */
export async function requireToolchain(addonKey: string, options: InstallOptions): Promise<void> {
  if (existsSync(join(await addonDirectory(addonKey, options.cache), ADDON))) return;
  await findCompiler(options.env, options.signal);
  findHeaders(options.env);
}

/** The compiled addon in the cache; compiled first if it is not there. */
export async function addonFor(library: Library, options: InstallOptions): Promise<string> {
  const directory = await addonDirectory(library.addonKey, options.cache);
  const addon = join(directory, ADDON);
  const isDone = async () => existsSync(addon);
  if (await isDone()) return addon;
  await makeOnce(directory, isDone, (staging) => compile(library, staging, options), {
    signal: options.signal,
    onWait: (process) =>
      options.screen.write(`  Waiting for process ${process}, which is compiling the same\n`),
  });
  return addon;
}

async function compile(library: Library, staging: string, options: InstallOptions): Promise<void> {
  const { path, version } = await findCompiler(options.env, options.signal);
  const units = [...(await sources()), ...OURS].filter((source) => source.endsWith('.cc'));
  const args = [...flags(library.directory, findHeaders(options.env)), '-include', OURS[0]!, ...units];
  args.push('-o', join(staging, ADDON), ...links(library.directory));
  await stage(
    options.screen,
    ['Compiling the addon', `Compiled the addon with ${path} ${version}`],
    async () => {
      const { code, output } = await command(path, args, options);
      if (code === 0) return;
      const error = output.split('\n').find((line) => line.includes('error')) ?? output;
      throw new Problem(
        `${path} could not compile the addon (${lastLine(error)}): its whole output is in ${options.log}.`,
      );
    },
  );
}

async function sources(): Promise<string[]> {
  const directory = join(packageDirectory(), 'binding');
  return (await readdir(directory)).toSorted().map((name) => join(directory, name));
}

/** Puts the addon where the package looks for it. A copy, since its search path starts where the file really lies; and a rename, since a server may be running on the old one. */
export async function placeAddon(addon: string, home: string): Promise<void> {
  const place = addonPath(home);
  await mkdir(dirname(place), { recursive: true });
  const copy = `${place}.${process.pid}`;
  await copyFile(addon, copy);
  await rename(copy, place);
}

function flags(library: string, headers: string): string[] {
  const defines = [
    `-DNAPI_VERSION=${NODE_API}`,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
  ];
  return ['-std=c++17', '-O2', '-fPIC', '-w', ...defines, '-I', join(library, 'include'), '-I', headers];
}

/** The addon finds the libraries from where it is placed: two folders up, in `deps/lib`. */
function links(library: string): string[] {
  const mac = process.platform === 'darwin';
  const shared = mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const origin = mac ? '@loader_path' : '$ORIGIN';
  return [
    ...shared,
    '-L',
    join(library, 'lib'),
    '-ltensorflow',
    '-ltensorflow_framework',
    `-Wl,-rpath,${origin}/../../deps/lib`,
  ];
}
