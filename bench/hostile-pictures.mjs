/**
 * What pictures that are made to be slow do to others: one caller sends a normal picture again and again, first with nothing beside it, then while 32
 * callers send thin, interlaced and progressive PNGs, JPEGs and WebPs as large as they may be. Says how long the normal one took, how the others
 * were answered, and what the server's processes took of memory together. Run with nothing beside it:
 *
 *     npm run bench:hostile-pictures [-- seconds]
 *
 * Reads /proc, so it needs Linux.
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharp } from '../dist/images/sharp.js';
import { blackPng, manyScansJpeg } from '../src/preprocessing/hostile-pictures.fixture.ts';
import { residentOf, ROOT, startServer } from './server.mjs';

const seconds = Number(process.argv[2] ?? 30);
const CALLERS = 32;
const red = (width, height) =>
  sharp({ create: { width, height, channels: 3, background: 'red' }, limitInputPixels: false });

const HOSTILE = [
  ['PNG of 1 × 49,999,999', blackPng(1, 49_999_999)],
  ['PNG of 49,999,999 × 1', blackPng(49_999_999, 1)],
  [
    'PNG of 49 million pixels, interlaced, 16 bits, RGBA',
    blackPng(7000, 7000, { colour: 6, bits: 16, interlaced: true }),
  ],
  ['PNG of 49 million pixels', blackPng(7000, 7000)],
  ['progressive JPEG of 49 million pixels, 100 scans', manyScansJpeg(7000, 7000, 100)],
  ['progressive JPEG of 49 million pixels, 2647 scans', manyScansJpeg(7000, 7000, 2647)],
  ['WebP of 49 million pixels', await red(7000, 7000).webp({ effort: 0 }).toBuffer()],
  [
    'lossless WebP of 49 million pixels',
    await red(16_383, 2990).webp({ lossless: true, effort: 0 }).toBuffer(),
  ],
];
const star = await readFile(join(ROOT, 'samples/star.jpg'));

const server = await startServer(
  async (folder) => {
    await cp(join(ROOT, 'models/shapes'), join(folder, 'models/shapes'), { recursive: true });
    await cp(join(ROOT, 'labels/shapes.json'), join(folder, 'labels/shapes.json'));
  },
  () => {},
  process.env.ENGINE ? { ENGINE: process.env.ENGINE } : {},
).catch((error) => {
  console.error(error);
  process.exit(1);
});

const post = async (body) => {
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'Content-Type': 'image/png' },
    body,
  });
  await response.arrayBuffer();
  return response.status;
};

/** Sends the normal picture until `ms` are over. @returns what each took, and how many were not answered well */
async function normal(ms) {
  const took = [];
  let refused = 0;
  for (const end = performance.now() + ms; performance.now() < end;) {
    const began = performance.now();
    if ((await post(star)) !== 200) refused += 1;
    took.push(performance.now() - began);
    await sleep(20);
  }
  return { took, refused };
}

const total = async () => {
  const { server: own, engine } = await residentOf(server.pid);
  return (own + engine) / 2 ** 20;
};
const show = (what, { took, refused }) => {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);
  console.log(
    `${what}: ${took.length} normal pictures, ${refused} refused; ms: median ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`,
  );
};

await normal(3_000);
show('quiet', await normal((seconds * 1000) / 3));
const before = await total();

const answers = new Map(HOSTILE.map(([name]) => [name, {}]));
const done = { yes: false };
let peak = 0;
const watch = (async () => {
  while (!done.yes) {
    peak = Math.max(peak, await total().catch(() => 0));
    await sleep(50);
  }
})();
const callers = Array.from({ length: CALLERS }, async (_, caller) => {
  for (let turn = caller; !done.yes; turn += 1) {
    const [name, picture] = HOSTILE[turn % HOSTILE.length];
    const status = await post(picture).catch((error) => error.cause?.code ?? 'broken');
    answers.get(name)[status] = (answers.get(name)[status] ?? 0) + 1;
  }
});
show('beside 32 hostile callers', await normal(seconds * 1000));
done.yes = true;
await Promise.all([watch, ...callers]);
for (const [name, statuses] of answers) console.log(`  ${name}: ${JSON.stringify(statuses)}`);
await sleep(20_000);
const after = await total();
console.log(
  `memory, MiB: quiet ${before.toFixed(0)}, most ${peak.toFixed(0)} (${(peak - before).toFixed(0)} more), 20 s afterwards ${after.toFixed(0)}`,
);
await server.stop();
