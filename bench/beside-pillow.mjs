/**
 * Decoding and resampling beside Pillow's, each in one thread, in turn, 15 rounds of medians of 31. Run after `npm run build`, with a
 * Python that has Pillow:
 *
 *     npm run bench:pillow -- --python .venv/bin/python
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { workHere } from '../dist/preprocessing/picture-work.js';
import { planPreprocessing } from '../dist/preprocessing/plan.js';
import { stretch } from '../dist/preprocessing/fits/stretch.js';
import { resampleBy } from '../dist/preprocessing/resamplers.js';
import { decode } from '../dist/preprocessing/decode.js';
import { median } from './throughput/measure.mjs';
import { drawnPictures } from './throughput/pictures.mjs';

const ROUNDS = 15;
const TIMES = 31;
const LIMITS = { maxImageBytes: 1e8, maxImagePixels: 1e8, requestTimeoutMs: 10_000 };
const TO = { width: 224, height: 224 };

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const { load } = await drawnPictures();
const file = await readFile(load[0]);
const plan = planPreprocessing({}, { name: 'image', dtype: 'float32', shape: [null, 224, 224, 3] });
const decoded = await decode(
  file,
  { channels: 3, background: null, orientation: 'exif', decoder: 'pillow' },
  LIMITS,
);

const script = new URL('beside_pillow.py', import.meta.url).pathname;
const pillow = spawn(values.python, [script, load[0]], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: pillow.stdout })[Symbol.asyncIterator]();
const version = await lines.next();
if (version.done) {
  console.error(`${values.python} has no Pillow: name one that has by --python.`);
  process.exit(1);
}

async function medianMs(work) {
  const took = [];
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return median(took);
}

const rounds = [];
// The first one, in which Node compiles for speed, does not count.
for (let round = 0; round <= ROUNDS; round += 1) {
  const resizing = await medianMs(() =>
    resampleBy('bilinear', decoded, stretch(decoded, TO), { antialias: true, pillow: 12, pad: [0, 0, 0] }),
  );
  const both = await medianMs(() => workHere.toPixels(file, plan, LIMITS));
  pillow.stdin.write('\n');
  const [theirResizing, theirBoth] = (await lines.next()).value.split(' ').map(Number);
  if (round > 0) rounds.push({ resizing, both, theirResizing, theirBoth });
}
pillow.stdin.end();

for (const [what, ours, theirs] of [
  ['640×480 → 224×224, bilinear', 'resizing', 'theirResizing'],
  ['the same, decoding the JPEG too', 'both', 'theirBoth'],
]) {
  const ratios = rounds.map((round) => round[theirs] / round[ours]);
  const ms = (key) => median(rounds.map((round) => round[key])).toFixed(2);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(
    `${what}: ${ms(ours)} ms; Pillow ${version.value} ${ms(theirs)} ms; ${median(ratios).toFixed(2)} times as fast (${least}…${most})`,
  );
}
