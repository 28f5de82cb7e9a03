import { cpus } from 'node:os';
import { addonFor, packageDirectory, placeAddon, requireToolchain } from './addon.js';
import { cacheDirectory, librariesIn, logIn, makeCache, addonsIn } from './cache.js';
import { libraryFromDirectory } from './external.js';
import { thisHost } from './host.js';
import { type InstallOptions, type Library, libraryFromWheels, WHEEL_KEY } from './library.js';
import { linkedLibrary, linkLibrary } from './link.js';
import { asProblem, Problem } from './problem.js';
import { stage } from './progress.js';
import { selfTest } from './self-test.js';
import { clearAbandoned } from './staging.js';
import { readArguments } from './arguments.js';
import { planFor, type Wanted } from './wheels.js';

const USAGE = `npm run tensorflow [-- --gpu [--system-cuda]]

  --gpu           TensorFlow for CUDA 12, with NVIDIA's libraries (Linux x64)
  --system-cuda   with --gpu: CUDA 12 and cuDNN 9 are on the library path already, fetch none

LIBTENSORFLOW_DIR    an existing TensorFlow to use: a directory with lib/ and include/
TENSORNEST_CACHE_DIR where TensorFlow is kept between checkouts`;

/** The installation as its stages: library, addon, link, self-test. Each is skipped when its result is there already. */
async function install(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { env, stdout: screen } = process;
  const wanted = readArguments(args, env);
  const home = packageDirectory();
  const cache = cacheDirectory(env);
  const options: InstallOptions = { env, screen, signal, cache, log: logIn(cache) };

  await makeCache(cache);
  await clearAbandoned(librariesIn(cache));
  await clearAbandoned(addonsIn(cache));
  const library = await findLibrary(wanted, options);
  const addon = await addonFor(library, options);
  if ((await linkedLibrary(home)) !== library.directory) {
    const lines = ['Linking into node_modules', 'Linked into node_modules'] as const;
    await stage(screen, lines, () => linkLibrary(library.directory, home));
  }
  await placeAddon(addon, home);
  await report(library);
}

async function findLibrary(wanted: Wanted, options: InstallOptions): Promise<Library> {
  const given = options.env.LIBTENSORFLOW_DIR;
  if (given) return libraryFromDirectory(given, options.cache);
  const plan = planFor(thisHost(), wanted);
  await requireToolchain(WHEEL_KEY, options);
  return libraryFromWheels(plan, options);
}

async function report({ installed: { variant, version } }: Library): Promise<void> {
  const test = await selfTest({ explainGpu: variant === 'gpu' });
  if (!test.ok)
    throw new Problem(
      `TensorFlow is in place but its self-test failed (${test.reason}): npm run doctor says what it runs on.`,
    );
  console.log(`TensorFlow ${test.version} (${variant === 'external' ? version : variant}) is installed.`);
  console.log(
    `Self-test: a matmul came out right on ${test.device}. Devices: CPU (${cpus().length} cores)${test.device === 'cpu' ? '' : `, ${test.device.toUpperCase()}`}.`,
  );
  if (variant === 'gpu' && test.device === 'cpu')
    console.log(
      `It runs on the CPU, because TensorFlow found no GPU (${test.notice ?? 'it gives no reason'}): nvidia-smi tells whether the driver sees one.`,
    );
}

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => abort.abort());

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
} else {
  await install(args, abort.signal).catch((error: unknown) => {
    const problem = asProblem(error);
    if (!abort.signal.aborted && problem === undefined) throw error;
    console.error(abort.signal.aborted ? 'Interrupted; nothing half done is left behind.' : problem?.message);
    process.exitCode = abort.signal.aborted ? 130 : 1;
  });
}
