/**
 * How many pictures a second the engine host runs of one model as it was exported, optimised, and by WebAssembly. In rounds that
 * take turns, so that whatever else the machine does meets all three alike. Run it with nothing beside it:
 *
 *     npm run bench:optimise [-- rounds]
 *
 * The models are those of scripts/models/applications.sh, which makes them if they are not there: 224×224 pixels, 1000 classes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { SupervisedEngine } from '../dist/engine/host/supervised-engine.js';
import { arithmetic } from '../dist/preprocessing/scale.js';

const SIDE = 224;
const BATCHES = [1, 8];
const SLICE_MS = 1500;
const rounds = Number(process.argv[2] ?? 7);

const MODELS = [
  { name: 'MobileNetV2', scale: 'tf', colour: 'rgb' },
  { name: 'ResNet50', scale: 'caffe', colour: 'bgr' },
];
const FORMS = [
  { form: 'as exported', runtime: 'tensorflow', optimise: false },
  { form: 'optimised', runtime: 'tensorflow', optimise: true },
  { form: 'WebAssembly', runtime: 'wasm', optimise: true },
];

const script = resolve(import.meta.dirname, '../scripts/models/applications.sh');
const made = execFileSync('sh', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const cacheDirectory = await mkdtemp(join(tmpdir(), 'tensornest-optimise-'));

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`,
);
console.log(`${rounds} rounds of ${SLICE_MS / 1000} s for each number\n`);
console.log(
  'pictures/s: median (least to most)'.padEnd(36) + FORMS.map(({ form }) => form.padEnd(26)).join(''),
);
try {
  for (const model of MODELS) await measure(model);
} finally {
  await rm(cacheDirectory, { recursive: true });
}

async function measure({ name, scale, colour }) {
  const folder = join(made, '2.20.0', name);
  const engines = [];
  for (const form of FORMS) engines.push(await start(form, join(folder, 'export/1')));
  try {
    const pixels = await picture(join(folder, 'first.png'));
    const normalise = {
      dtype: 'float32',
      layout: 'nhwc',
      order: colour === 'bgr' ? [2, 1, 0] : [0, 1, 2],
      ...arithmetic(scale, colour, 3),
    };
    for (const batch of BATCHES) {
      const data = Buffer.concat(Array.from({ length: batch }, () => pixels));
      const shape = [batch, SIDE, SIDE, 3];
      const tensor = { dtype: 'uint8', shape, data: new Uint8Array(data), normalise };
      await compare(name, batch, engines, tensor);
    }
  } finally {
    for (const engine of engines) await engine.close();
  }
}

async function compare(name, batch, engines, tensor) {
  const answers = [];
  for (const engine of engines) answers.push(await engine.run(tensor));
  const rates = engines.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, engine] of engines.entries()) rates[index].push(await rate(engine, tensor, batch));
  }
  const medians = rates.map(median);
  const shown = rates.map((list, index) => {
    const [least, most] = [Math.min(...list), Math.max(...list)];
    return `${medians[index].toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)})`.padEnd(26);
  });
  console.log(`${name}, ${batch} at a time`.padEnd(36) + shown.join(''));
  const ratios = medians.map((value) => `× ${(value / medians[0]).toFixed(2)}`.padEnd(26));
  console.log(''.padEnd(36) + ratios.join(''));
  const differences = answers.map((list, index) =>
    (index === 0 ? '' : largestDifference(list, answers[0])).padEnd(26),
  );
  console.log('largest difference of a logit'.padEnd(36) + differences.join(''));
}

/** Pictures a second, of as many whole runs as begin within a slice. */
async function rate(engine, tensor, batch) {
  const begun = performance.now();
  let pictures = 0;
  while (performance.now() - begun < SLICE_MS) {
    await engine.run(tensor);
    pictures += batch;
  }
  return (1000 * pictures) / (performance.now() - begun);
}

async function start({ form, runtime, optimise }, directory) {
  const engine = new SupervisedEngine({
    runtime,
    runTimeoutMs: 120_000,
    loadTimeoutMs: 300_000,
    onOutput: () => {},
    onCrash: (reason) => console.error(`${form}: ${reason}`),
    onRestart: () => {},
  });
  const loaded = await engine.load('model', directory, { allowOps: [], optimise, cacheDirectory });
  if (optimise && !loaded.graph.optimised) console.error(`${form}: ${loaded.graph.reason}`);
  const { inputs, outputs } = loaded.signatures.serving_default;
  return {
    run: async (tensor) => {
      const answer = await engine.run('model', 'serving_default', { [inputs[0].name]: tensor });
      return answer[outputs[0].name].data;
    },
    close: () => engine.close(),
  };
}

/** uint8 RGB, row by row. */
async function picture(file) {
  return sharp(await readFile(file))
    .removeAlpha()
    .raw()
    .toBuffer();
}

function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function largestDifference(got, wanted) {
  return got
    .reduce((most, value, index) => Math.max(most, Math.abs(value - wanted[index])), 0)
    .toExponential(1);
}
