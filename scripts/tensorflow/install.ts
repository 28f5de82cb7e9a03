import { cpus } from 'node:os';
import { addonFor, packageDirectory, placeAddon } from './addon.js';
import { cacheDirectory, librariesIn, logIn, makeCache, addonsIn } from './cache.js';
import { libraryFromDirectory } from './external.js';
import { thisHost } from './host.js';
import { type InstallOptions, type Library, libraryFromWheels } from './library.js';
import { linkedLibrary, linkLibrary } from './link.js';
import { Problem } from './problem.js';
import { stage } from './progress.js';
import { selfTest } from './self-test.js';
import { clearAbandoned } from './staging.js';
import { planFor } from './wheels.js';

const USAGE = `npm run tensorflow [-- --gpu [--system-cuda]]

  --gpu           TensorFlow for CUDA 12, with NVIDIA's libraries (Linux x64)
  --system-cuda   with --gpu: CUDA 12 and cuDNN 9 are on the library path already, fetch none

LIBTENSORFLOW_DIR    an existing TensorFlow to use: a directory with lib/ and include/
TENSORNEST_CACHE_DIR where TensorFlow is kept between checkouts`;

/** The installation as its stages: library, addon, link, self-test. Each is skipped when its result is there already. */
async function install(args: readonly string[], signal: AbortSignal): Promise<void> {
  const wanted = { gpu: args.includes('--gpu'), systemCuda: args.includes('--system-cuda') };
  const unknown = args.find((arg) => !['--gpu', '--system-cuda'].includes(arg));
  if (unknown !== undefined) throw new Problem(`Expected --gpu or --system-cuda but received ${unknown}.`);
  const { env, stdout: screen } = process;
  const home = packageDirectory();
  const cache = cacheDirectory(env);
  const options: InstallOptions = { env, screen, signal, cache, log: logIn(cache) };

  await makeCache(cache);
  await clearAbandoned(librariesIn(cache));
  await clearAbandoned(addonsIn(cache));
  const library = env.LIBTENSORFLOW_DIR
    ? await libraryFromDirectory(env.LIBTENSORFLOW_DIR, cache)
    : await libraryFromWheels(planFor(thisHost(), wanted), options);
  const addon = await addonFor(library, options);
  if ((await linkedLibrary(home)) !== library.directory) {
    await stage(screen, 'Linked into node_modules', () => linkLibrary(library.directory, home));
  }
  await placeAddon(addon, home);
  await report(library);
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
    console.log(`No GPU is used: ${test.notice ?? 'TensorFlow found none'}.`);
}

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => abort.abort());

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
} else {
  await install(args, abort.signal).catch((error: unknown) => {
    if (!abort.signal.aborted && !(error instanceof Problem)) throw error;
    console.error(
      abort.signal.aborted ? 'Interrupted; nothing half done is left behind.' : (error as Problem).message,
    );
    process.exitCode = abort.signal.aborted ? 130 : 1;
  });
}
