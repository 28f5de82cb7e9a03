/**
 * The line without HTTP: pictures of 640×480 are decoded, brought to 224×224, joined to batches of at most 8 and run by MobileNetV2
 * in the engine's process. Run after `npm run build`:
 *
 *     node bench/pipeline.mjs [--decode 1,2] [--threads 1,2] [--flight 32] [--seconds 3] [--rounds 3] [--model FOLDER | none]
 *
 * It tells, for each number of pictures decoded at once and of TensorFlow's threads: pictures per second, CPU time (user and system)
 * per picture of this process and of the engine's, page faults of this process per picture, and how late its event loop was. Each
 * pair is measured in turn, `rounds` times; shown is the round with the median of the rate. Reads /proc.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { joinRows } from '../dist/engine/joined-rows.js';
import { readSettings } from '../dist/config/settings.js';
import { SupervisedEngine } from '../dist/engine/host/supervised-engine.js';
import { shareOut, variablesOf } from '../dist/engine/pool/host-environments.js';
import { sharp } from '../dist/images/sharp.js';
import { loadOptionsOf } from '../dist/models/load-options.js';
import { PictureThreads } from '../dist/preprocessing/picture-threads.js';
import { planPreprocessing } from '../dist/preprocessing/plan.js';
import { PreprocessingService } from '../dist/preprocessing/preprocessing.service.js';

const { values } = parseArgs({
  options: {
    decode: { type: 'string', default: '1,2,3,4' },
    threads: { type: 'string', default: '1,2' },
    flight: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    model: { type: 'string' },
  },
});
const numbers = (list) => list.split(',').map(Number);
const inFlight = Number(values.flight);
const TICKS_MS = 10; // A hundred clock ticks a second, on every Linux that Node runs on.
const MAX_BATCH_SIZE = 8;

const picture = await drawPicture();
const input = { name: 'image', dtype: 'float32', shape: [null, 224, 224, 3] };
const plan = planPreprocessing({ scale: 'tf' }, input);
const call = {
  signal: new AbortController().signal,
  deadline: Infinity,
  caller: 'bench',
  priority: 'normal',
};

/** Forms a batch whenever the engine is free, as the server does. */
class Batches {
  waiting = [];
  busy = false;

  constructor(engine) {
    this.engine = engine;
  }

  run(tensor) {
    if (this.engine === undefined) return undefined;
    return new Promise((done, failed) => {
      this.waiting.push({ tensor, done, failed });
      void this.next();
    });
  }

  async next() {
    if (this.busy || this.waiting.length === 0) return;
    this.busy = true;
    const batch = this.waiting.splice(0, MAX_BATCH_SIZE);
    try {
      const inputs = joinRows(batch.map(({ tensor }) => ({ [this.engine.input]: tensor })));
      await this.engine.run('model', 'serving_default', inputs);
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
    this.busy = false;
    void this.next();
  }
}

const results = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const threads of values.model === 'none' ? [0] : numbers(values.threads)) {
    const engine = threads === 0 ? undefined : await startEngine(threads);
    for (const decode of numbers(values.decode)) {
      const key = threads === 0 ? `decode ${decode}` : `decode ${decode}, TensorFlow ${threads}`;
      results.set(key, [...(results.get(key) ?? []), await measure(decode, engine)]);
    }
    await engine?.close();
  }
}
console.log(`${inFlight} pictures in flight, ${picture.length} bytes each`);
for (const [key, rounds] of results) {
  const sorted = rounds.toSorted((a, b) => a.rate - b.rate);
  const { rate, hereMs, engineMs, faults, lagP99Ms } = sorted[sorted.length >> 1];
  console.log(
    `${key}: ${rate.toFixed(0)} pictures/s (${sorted[0].rate.toFixed(0)} to ${sorted.at(-1).rate.toFixed(0)}), ` +
      `CPU ${hereMs.toFixed(2)} ms here and ${engineMs.toFixed(2)} ms in the engine, ` +
      `${faults.toFixed(0)} page faults, event loop late by ${lagP99Ms.toFixed(1)} ms (p99)`,
  );
}

async function measure(decode, engine) {
  const pictures = new PictureThreads(decode);
  const service = new PreprocessingService(readSettings({ DECODE_CONCURRENCY: String(decode) }), pictures);
  const batches = new Batches(engine);
  const counter = { done: 0, until: performance.now() + 1000 };
  const one = async () => {
    while (performance.now() < counter.until) {
      const { tensor } = await service.toPixels(picture, plan, call);
      await batches.run(tensor);
      counter.done++;
    }
  };
  const all = () => Promise.all(Array.from({ length: inFlight }, one));
  await all();

  const lag = monitorEventLoopDelay({ resolution: 1 });
  const [started, cpu, engineMs, faults] = [
    performance.now(),
    process.cpuUsage(),
    engineCpuMs(engine),
    faultsNow(),
  ];
  counter.done = 0;
  counter.until = started + Number(values.seconds) * 1000;
  lag.enable();
  await all();
  lag.disable();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  const result = {
    rate: counter.done / seconds,
    hereMs: (user + system) / 1000 / counter.done,
    engineMs: (engineCpuMs(engine) - engineMs) / counter.done,
    faults: (faultsNow() - faults) / counter.done,
    lagP99Ms: lag.percentile(99) / 1e6 - 1,
  };
  await pictures.close();
  return result;
}

async function startEngine(threads) {
  const shares = shareOut(availableParallelism(), { threads, streams: 0 }, false);
  const engine = new SupervisedEngine({
    runtime: 'tensorflow',
    streams: shares.streams,
    environment: variablesOf(shares),
    runTimeoutMs: 60_000,
    loadTimeoutMs: 120_000,
    onOutput: () => {},
    onCrash: (reason) => console.error(reason),
    onRestart: () => {},
  });
  const options = loadOptionsOf({}, readSettings({}));
  const { signatures } = await engine.load('model', values.model ?? mobileNet(), options);
  engine.input = signatures.serving_default.inputs[0].name;
  return engine;
}

function mobileNet() {
  const script = resolve(import.meta.dirname, '../scripts/models/applications.sh');
  const models = execFileSync('sh', [script, '--where'], { encoding: 'utf8' }).trim();
  return join(models, '2.20.0/MobileNetV2/export/1');
}

/** CPU time of the engine's process so far, in ms. */
function engineCpuMs(engine) {
  if (engine === undefined) return 0;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  const fields = statOf(children.trim().split(' ')[0]);
  return (Number(fields[11]) + Number(fields[12])) * TICKS_MS;
}

function faultsNow() {
  return Number(statOf('self')[7]);
}

/** The fields of /proc/PID/stat from the third on. */
function statOf(pid) {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
}

/** 640×480 with slopes, edges and grain: about 80 KB as JPEG, as much as a photograph. */
function drawPicture() {
  const [width, height] = [640, 480];
  const data = new Uint8Array(width * height * 3);
  let seed = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      const grain = (seed / 0x7fffffff - 0.5) * 20;
      const edge = (x * 7 + y * 3) % 97 < 30 ? 40 : 0;
      const at = (y * width + x) * 3;
      data[at] = 120 + 70 * Math.sin(x / 50) * Math.cos(y / 70) + grain + edge;
      data[at + 1] = 100 + 70 * Math.cos(x / 33 + y / 80) + grain;
      data[at + 2] = 110 + 60 * Math.sin((x + y) / 60) + grain - edge;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}
