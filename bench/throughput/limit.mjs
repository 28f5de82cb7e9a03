/**
 * What the same cores can do without HTTP: pictures a second that are decoded, that the rewritten model runs, and both as one
 * pipeline. Prints JSON. Run by throughput.mjs, or by hand after a build:
 *
 *     node bench/throughput/limit.mjs --model DIRECTORY --scale tf|caffe --seconds 3 --cache DIRECTORY PICTURES...
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { readSettings } from '../../dist/config/settings.js';
import { SupervisedEngine } from '../../dist/engine/host/supervised-engine.js';
import { shareOut, variablesOf } from '../../dist/engine/pool/host-environments.js';
import { decodeConcurrencyOf } from '../../dist/preprocessing/decode-concurrency.js';
import { PictureThreads } from '../../dist/preprocessing/picture-threads.js';
import { planPreprocessing } from '../../dist/preprocessing/plan.js';
import { PreprocessingService } from '../../dist/preprocessing/preprocessing.service.js';

const BATCHES = [1, 8, 16, 32];
const IN_FLIGHT = 32;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    scale: { type: 'string' },
    seconds: { type: 'string' },
    cache: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const pictures = await Promise.all(positionals.map((file) => readFile(file)));
const settings = readSettings({});
const threads = new PictureThreads(decodeConcurrencyOf(settings));
const preprocessing = new PreprocessingService(settings, threads);
const wanted = { threads: settings.engineThreads, streams: settings.engineStreams };
const shares = shareOut(availableParallelism(), wanted, false);
/** So many run, and the next is on its way. */
const BATCHES_IN_FLIGHT = shares.streams + 1;
const engine = new SupervisedEngine({
  runtime: 'tensorflow',
  streams: shares.streams,
  environment: variablesOf(shares),
  runTimeoutMs: 60_000,
  loadTimeoutMs: 300_000,
  onOutput: () => {},
  onCrash: (reason) => console.error(reason),
  onRestart: () => {},
});

try {
  const loaded = await engine.load('model', values.model, {
    allowOps: [],
    optimise: true,
    cacheDirectory: values.cache,
  });
  const [input] = loaded.signatures.serving_default.inputs;
  const plan = planPreprocessing({ scale: values.scale }, input);
  await measure(input.name, plan, loaded.graph);
} finally {
  await engine.close();
  await threads.close();
}

async function measure(input, plan, graph) {
  let turn = 0;
  const decode = async () => {
    const picture = pictures[turn++ % pictures.length];
    const { tensor } = await preprocessing.toPixels(picture, plan, call());
    return tensor;
  };
  const run = (tensors) => engine.run('model', 'serving_default', { [input]: joined(tensors) });

  const decoding = await rate(IN_FLIGHT, decode, 1);
  const ready = await Promise.all(Array.from({ length: Math.max(...BATCHES) }, decode));
  const running = {};
  for (const batch of BATCHES) {
    const tensors = ready.slice(0, batch);
    running[batch] = await rate(BATCHES_IN_FLIGHT, () => run(tensors), batch);
  }
  const best = Math.max(...Object.values(running));
  const bestBatch = BATCHES.find((batch) => running[batch] === best);
  console.log(
    JSON.stringify({
      graph,
      decoding,
      engine: running,
      limit: 1 / (1 / decoding + 1 / best),
      pipeline: await pipelineRate(decode, run, Math.min(bestBatch, IN_FLIGHT / 2)),
      oneAtATimeMs: await oneAtATime(async () => run([await decode()])),
    }),
  );
}

/** Of nobody in particular, and in no hurry. */
function call() {
  const { signal } = new AbortController();
  return { signal, deadline: Infinity, caller: 'limit', priority: 'normal' };
}

/**
 * Pictures a second with so many steps in flight, each of so many pictures: from the beginning of the first to the end of the last, for steps that
 * run side by side end together, and a window that is cut between two ends would hold a pair too many.
 */
async function rate(inFlight, step, each) {
  await step();
  const begun = performance.now();
  let ended = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      do {
        await step();
        ended += each;
      } while (performance.now() - begun < 1000 * seconds);
    }),
  );
  return (1000 * ended) / (performance.now() - begun);
}

/** Pictures a second of 32 that are decoded or wait at any time, run in batches of what is ready; from the beginning to the end likewise. */
async function pipelineRate(decode, run, size) {
  const begun = performance.now();
  let ended = 0;
  await new Promise((resolve) => {
    const waiting = [];
    let decoding = 0;
    let running = 0;
    const decodeNext = async () => {
      decoding++;
      waiting.push(await decode());
      decoding--;
      void runNext();
    };
    const runNext = async () => {
      const isLast = decoding === 0 && waiting.length > 0;
      if (running === BATCHES_IN_FLIGHT || (waiting.length < size && !isLast)) return;
      running++;
      const batch = waiting.splice(0, size);
      await run(batch);
      running--;
      ended += batch.length;
      if (performance.now() - begun < 1000 * seconds) for (const _ of batch) void decodeNext();
      else if (decoding + running + waiting.length === 0) resolve();
      await runNext();
    };
    for (let count = 0; count < IN_FLIGHT; count++) void decodeNext();
  });
  return (1000 * ended) / (performance.now() - begun);
}

/** The median, in ms. */
async function oneAtATime(step) {
  const times = [];
  for (let warmUp = 0; warmUp < 10; warmUp++) await step();
  for (const begun = performance.now(); performance.now() - begun < 1000 * seconds;) {
    const before = performance.now();
    await step();
    times.push(performance.now() - before);
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

function joined(tensors) {
  const [{ shape, ...first }] = tensors;
  return {
    ...first,
    shape: [tensors.length, ...shape.slice(1)],
    data: new Uint8Array(Buffer.concat(tensors.map(({ data }) => data))),
  };
}
