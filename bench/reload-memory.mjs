/**
 * What the memory of the HTTP process and its engine hosts becomes over 50 reloads, each a load of the next version and an unload of the one before,
 * while runs go on; and what a hand-over does to how long these runs take. Run after `npm run build`, with nothing beside it:
 *
 *     npm run bench:reload [-- reloads]
 *
 * MobileNetV2 is that of scripts/models/applications.sh, which makes it if it is not there. Reads /proc, so it needs Linux.
 */
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SupervisedEngine } from '../dist/engine/host/supervised-engine.js';
import { residentBytesOf } from '../dist/engine/host/resident-bytes.js';

const reloads = Number(process.argv[2] ?? 50);
const SHOWN = [0, 1, 5, 10, 20, 30, 40, 50].filter((reload) => reload <= reloads);
/** A run begins so often, however long those before it take. */
const EVERY_MS = 25;

const root = resolve(import.meta.dirname, '..');
const script = join(root, 'scripts/models/applications.sh');
const made = execFileSync('sh', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const MODELS = [
  { name: 'half_plus_two', directory: join(root, 'test/fixtures/models/half_plus_two/1') },
  { name: 'shapes', directory: join(root, 'models/shapes/1') },
  { name: 'MobileNetV2', directory: join(made, '2.20.0/MobileNetV2/export/1') },
];
const MODES = [
  { mode: 'rewritten before', handOvers: {} },
  { mode: 'rewritten each time', handOvers: {}, anew: true },
  { mode: 'hand-overs from 2 s on', handOvers: { leastMs: 2_000 } },
  { mode: 'no hand-overs', handOvers: { leastMs: 1e9 } },
];

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}\n`);
console.log('Resident MB of all processes together after so many reloads');
console.log(
  `${''.padEnd(40)}${SHOWN.map((reload) => String(reload).padStart(6)).join('')}  50 to 5   hand-overs`,
);
for (const model of MODELS) for (const mode of MODES) await measureMemory(model, mode);
console.log('\nHow long runs take, in ms, one begun every 25 ms: median, 99 in 100, longest (runs)');
for (const model of MODELS) await measureLatency(model);

async function measureMemory({ name, directory }, { mode, handOvers, anew }) {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'tensornest-reload-'));
  const seen = [];
  const { engine, load } = start(directory, cacheDirectory, handOvers, (handOver) => seen.push(handOver));
  if (!anew) await rewriteOnce(directory, cacheDirectory);
  const inputs = await load(0);
  const traffic = keepRunning(engine, inputs);
  const sizes = new Map();
  for (let reload = 0; reload <= reloads; reload++) {
    if (reload > 0) {
      if (anew) await rm(cacheDirectory, { recursive: true });
      await load(reload);
      traffic.version = reload;
      await sleep(2 * EVERY_MS); // What was asked of the old version is answered.
      await engine.unload(String(reload - 1));
    }
    if (SHOWN.includes(reload)) sizes.set(reload, await residentOfAll());
  }
  const runs = await traffic.stop();
  await engine.close();
  await rm(cacheDirectory, { recursive: true, force: true });
  const shown = SHOWN.map((reload) => (sizes.get(reload) / 1e6).toFixed(0).padStart(6)).join('');
  const growth = ((sizes.get(SHOWN.at(-1)) / sizes.get(5) - 1) * 100).toFixed(1).padStart(6);
  console.log(
    `${`${name}, ${mode}`.padEnd(40)}${shown}  ${growth} %   ${seen.length}  (${runs.length} runs)`,
  );
}

/** Each reload is followed by a hand-over: fresh hosts, however small the growth. */
async function measureLatency({ name, directory }) {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'tensornest-reload-'));
  await rewriteOnce(directory, cacheDirectory);
  const events = new EventEmitter();
  const always = { share: -1, leastBytes: -1e12, leastMs: 0 };
  const { engine, load } = start(directory, cacheDirectory, always, () => events.emit('hand-over'));
  const traffic = keepRunning(engine, await load(0));
  await sleep(3_000);
  const spans = { quiet: [[0, performance.now()]], reload: [], 'hand-over': [] };
  for (let reload = 1; reload <= 10; reload++) {
    const begun = performance.now();
    await load(reload);
    traffic.version = reload;
    await sleep(2 * EVERY_MS);
    const done = once(events, 'hand-over');
    const unloading = performance.now();
    spans.reload.push([begun, unloading]);
    await engine.unload(String(reload - 1));
    await done;
    spans['hand-over'].push([unloading, performance.now()]);
    await sleep(500);
  }
  const runs = await traffic.stop();
  await engine.close();
  await rm(cacheDirectory, { recursive: true });
  for (const [span, parts] of Object.entries(spans)) {
    const within = runs.filter(({ begun }) => parts.some(([from, to]) => begun >= from && begun < to));
    const took = within.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
    const lasted = parts.map(([from, to]) => to - from).toSorted((a, b) => a - b)[parts.length >> 1];
    const length = span === 'quiet' ? '' : `, lasts ${lasted.toFixed(0)} ms`;
    console.log(
      `${`${name}, ${span}`.padEnd(28)} ${at(0.5)}, ${at(0.99)}, ${at(1)} (${took.length})${length}`,
    );
  }
}

function start(directory, cacheDirectory, handOvers, onHandOver) {
  const engine = new SupervisedEngine({
    runtime: 'tensorflow',
    runTimeoutMs: 60_000,
    loadTimeoutMs: 300_000,
    onOutput: () => {},
    onCrash: (reason) => console.error(reason),
    onRestart: () => {},
    onHandOver,
    onHandOverFailed: (reason) => console.error(reason),
    handOvers,
  });
  /** Loads and warms up one version; gives what to run it with. */
  const load = async (version) => {
    const model = String(version);
    const loaded = await engine.load(model, directory, { allowOps: [], optimise: true, cacheDirectory });
    const [signature, { inputs }] = Object.entries(loaded.signatures)[0];
    const tensors = Object.fromEntries(inputs.map((spec) => [spec.name, zeros(spec)]));
    await engine.warmUp(model, signature, tensors);
    return { signature, tensors };
  };
  return { engine, load };
}

async function rewriteOnce(directory, cacheDirectory) {
  const { engine, load } = start(directory, cacheDirectory, {}, () => {});
  await load(0);
  await engine.close();
}

function keepRunning(engine, { signature, tensors }) {
  const runs = [];
  const open = new Set();
  const traffic = { version: 0 };
  const timer = setInterval(() => {
    const begun = performance.now();
    const run = engine.run(String(traffic.version), signature, tensors).then(
      () => runs.push({ begun, ms: performance.now() - begun }),
      (error) => console.error(`A run failed: ${error.message}`),
    );
    open.add(run);
    void run.finally(() => open.delete(run));
  }, EVERY_MS);
  return Object.assign(traffic, {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return runs;
    },
  });
}

function zeros({ dtype, shape }) {
  const sizes = shape.map((size) => size ?? 1);
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = dtype === 'uint8' ? new Uint8Array(count) : new Float32Array(count);
  return { dtype, shape: sizes, data };
}

async function residentOfAll() {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  const hosts = await Promise.all(children.trim().split(' ').filter(Boolean).map(residentBytesOf));
  return hosts.reduce((sum, bytes) => sum + (bytes ?? 0), process.memoryUsage.rss());
}
