import 'reflect-metadata';
import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import { answerToArguments } from './arguments.js';
import { withWritableCache } from './config/cache-directory.js';
import { loadDotenv } from './config/dotenv.js';
import { readSettings, type Settings } from './config/settings.js';
import { poolOfThisProcess } from './engine/pool/start-pool.js';
import { decodeConcurrencyOf } from './preprocessing/decode-concurrency.js';
import { startFault } from './start-fault.js';

/*
 * Nearly all that the heap holds is gone with its request. Left to itself, V8 lets it become several times as large before it looks for
 * what can go; so it looks when the heap has grown by 40 %. Measured: 100 MB less, and as many requests a second.
 */
setFlagsFromString('--heap-growing-percent=40');

try {
  const said = answerToArguments(process.argv.slice(2));
  if (said) {
    (said.isFault ? process.stderr : process.stdout).write(`${said.text}\n`);
    process.exit(said.isFault ? 2 : 0);
  }
  const fromDotenv = loadDotenv();
  const { settings, warnings } = withWritableCache(readSettings(process.env));
  // Threads for decoding, and some for files. Node 20 has begun to use its threads by now: there only HTTP workers get them.
  process.env.UV_THREADPOOL_SIZE ??= String(decodeConcurrencyOf(settings) + 4);
  await run(settings, [...fromDotenv, ...warnings]);
} catch (error) {
  process.stderr.write(`${startFault(error)}\n`);
  process.exit(1);
}

/** Each kind of process loads only what it needs. @param warnings what the log is told once it is there */
async function run(settings: Settings, warnings: readonly string[]): Promise<void> {
  if (cluster.isWorker) return (await import('./cluster/run-worker.js')).runWorker(settings);
  void poolOfThisProcess(settings); // It takes as long to start as all that is imported below.
  if (settings.httpWorkers > 1)
    return (await import('./cluster/run-primary.js')).runPrimary(settings, warnings);
  return (await import('./run-alone.js')).runAlone(settings, warnings);
}
