/**
 * What each `resampling` and `decoder` costs, and how far resamplings are from each other: the tables of docs/preprocessing.md. Run after `npm run build`:
 *
 *     node bench/resamplers.mjs
 *
 * Differences are those of single values, from 0 to 255: the largest / the average. Times are of one thread, in ms, medians of 15.
 */
import { readFile } from 'node:fs/promises';
import { sharp } from '../dist/images/sharp.js';
import { workHere } from '../dist/preprocessing/picture-work.js';
import { planPreprocessing } from '../dist/preprocessing/plan.js';
import { RESAMPLINGS } from '../dist/preprocessing/preprocessing-config.js';
import { stretch } from '../dist/preprocessing/fits/stretch.js';
import { resampleBy } from '../dist/preprocessing/resamplers.js';
import { drawnPictures } from './throughput/pictures.mjs';

const ROUNDS = 15;
const LIMITS = { maxImageBytes: 1e8, maxImagePixels: 1e8, requestTimeoutMs: 10_000 };

/** Rings that grow finer than a pixel, a slope, and checks of 6 pixels. */
function hardPicture(width, height) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      data[at] = Math.round(127.5 + 127.5 * Math.cos((x * x + y * y) / (4 * width)));
      data[at + 1] = Math.round((255 * x) / (width - 1));
      data[at + 2] = (Math.floor(x / 6) + Math.floor(y / 6)) % 2 === 0 ? 230 : 25;
    }
  }
  return { data, width, height, channels: 3 };
}

function resampled(picture, [width, height], resampling, antialias) {
  const how = { antialias, pillow: 12, pad: [0, 0, 0] };
  return resampleBy(resampling, picture, stretch(picture, { width, height }), how);
}

/** @param pairs of data of the same length */
function difference(pairs) {
  let [most, sum, count] = [0, 0, 0];
  for (const [one, other] of pairs) {
    for (let at = 0; at < one.length; at += 1) {
      const off = Math.abs(one[at] - other[at]);
      most = Math.max(most, off);
      sum += off;
    }
    count += one.length;
  }
  return `${most.toFixed(1)} / ${(sum / count).toFixed(2)}`;
}

/** Once Node has compiled it for speed. */
async function medianMs(work) {
  for (let round = 0; round < ROUNDS; round += 1) await work();
  const took = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b)[ROUNDS >> 1].toFixed(1);
}

function prepared(picture, side, preprocessing) {
  const input = { name: 'image', dtype: 'float32', shape: [null, side, side, 3] };
  return workHere.toPixels(picture, planPreprocessing(preprocessing, input), LIMITS);
}

console.log('What it costs to name the wrong one');
const PAIRS = [
  [
    ['bilinear', true],
    ['tensorflow.bilinear', false],
  ],
  [
    ['bilinear', true],
    ['tensorflow.bilinear', true],
  ],
  [
    ['opencv.linear', false],
    ['tensorflow.bilinear', false],
  ],
  [
    ['bilinear', true],
    ['opencv.area', false],
  ],
];
for (const [[width, height], to] of [
  [
    [640, 480],
    [500, 400],
  ],
  [
    [640, 480],
    [224, 224],
  ],
  [
    [640, 480],
    [96, 96],
  ],
  [
    [2000, 1500],
    [224, 224],
  ],
]) {
  const picture = hardPicture(width, height);
  for (const pair of PAIRS) {
    const [one, other] = await Promise.all(pair.map((how) => resampled(picture, to, ...how)));
    const names = pair.map(([name, antialias]) => `${name}${antialias ? ' with antialias' : ''}`).join(', ');
    console.log(`  ${width}×${height} → ${to.join('×')}  ${names}: ${difference([[one.data, other.data]])}`);
  }
}

console.log('The time of one, 640×480 → 224×224');
for (const resampling of RESAMPLINGS.filter((one) => one !== 'fast')) {
  const picture = hardPicture(640, 480);
  const hasChoice = !/opencv|nearest|area/.test(resampling);
  for (const antialias of hasChoice ? [false, true] : [false]) {
    const ms = await medianMs(() => resampled(picture, [224, 224], resampling, antialias));
    console.log(`  ${resampling}${antialias ? ' with antialias' : ''}: ${ms}`);
  }
}

const { load } = await drawnPictures();
const pictures = await Promise.all(load.slice(0, 60).map((file) => readFile(file)));
console.log('fast, decoding included');
for (const [width, height] of [
  [640, 480],
  [1600, 1200],
  [4000, 3000],
]) {
  const picture = await sharp(pictures[0]).resize(width, height).jpeg({ quality: 85 }).toBuffer();
  for (const resampling of ['bilinear', 'fast']) {
    const ms = await medianMs(() => prepared(picture, 224, { resampling }));
    console.log(`  ${width}×${height} → 224×224  ${resampling}: ${ms}`);
  }
}

console.log('The decoders, with bilinear to 224×224');
for (const [width, height, options] of [
  [640, 480, {}],
  [640, 480, { progressive: true }],
  [4000, 3000, {}],
]) {
  const picture = await sharp(pictures[0])
    .resize(width, height)
    .jpeg({ quality: 85, ...options })
    .toBuffer();
  for (const decoder of ['pillow', 'tensorflow']) {
    const ms = await medianMs(() => prepared(picture, 224, { decoder }));
    console.log(`  ${width}×${height}${options.progressive ? ', progressive' : ''}  ${decoder}: ${ms}`);
  }
}

console.log('How far fast is from others');
for (const side of [400, 224, 96]) {
  for (const other of ['bilinear', 'bicubic', 'opencv.area', 'opencv.linear', 'tensorflow.bilinear']) {
    const pairs = await Promise.all(
      pictures.map(async (picture) => [
        (await prepared(picture, side, { resampling: 'fast' })).data,
        (await prepared(picture, side, { resampling: other, decoder: 'pillow' })).data,
      ]),
    );
    console.log(`  ${side}×${side}  ${other}: ${difference(pairs)}`);
  }
}
