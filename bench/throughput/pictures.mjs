import { join } from 'node:path';
import sharp from 'sharp';
import { numbersFrom } from '../random.mjs';
import { cached } from './cache.mjs';
import { SIDE } from './models.mjs';

export const PICTURES = { count: 200, width: 640, height: 480, quality: 90 };

/** Pictures that every server must answer as TensorFlow does, of which the clearest are taken. */
const PROOFS = 24;
/** Cells across a picture, coarse to fine: a photograph has detail at every size. */
const OCTAVES = [
  { cells: 3, strength: 90 },
  { cells: 8, strength: 55 },
  { cells: 24, strength: 28 },
  { cells: 80, strength: 20 },
  { cells: 320, strength: 16 },
];

/**
 * Draws pictures of 640×480 as JPEG, each of its own seed and about as large as a photograph: clouds of noise at five scales, shapes
 * over them. And as proofs some of just the models' size: a network that nobody trained answers otherwise for a difference that no eye
 * would see, and servers that shrink a picture in slightly different ways may all be right.
 * @returns the paths of the files, which are kept in the cache
 */
export async function drawnPictures() {
  const { count, quality } = PICTURES;
  const folder = await cached('bench-pictures', [import.meta.filename], async (staging) => {
    for (let number = 0; number < count; number++) {
      const picture = await draw(1000 + number);
      await picture.jpeg({ quality }).toFile(join(staging, nameOf('load', number)));
    }
    for (let number = 0; number < PROOFS; number++) {
      const picture = sharp(await (await draw(number)).png().toBuffer()).resize(SIDE, SIDE, { fit: 'fill' });
      await picture.jpeg({ quality: 95 }).toFile(join(staging, nameOf('proof', number)));
    }
  });
  const paths = (kind, many) => Array.from({ length: many }, (_, at) => join(folder, nameOf(kind, at)));
  return { load: paths('load', count), proofs: paths('proof', PROOFS) };
}

function nameOf(kind, number) {
  return `${kind}-${String(number).padStart(3, '0')}.jpg`;
}

async function draw(seed) {
  const { width, height } = PICTURES;
  const random = numbersFrom(seed);
  const tint = [random(), random(), random()].map((value) => 60 + 130 * value);
  const sum = new Float32Array(width * height * 3);
  for (let at = 0; at < sum.length; at++) sum[at] = tint[at % 3];
  const liveliness = 0.5 + random();
  for (const { cells, strength } of OCTAVES) {
    const layer = await noise(random, cells);
    const weight = (strength * liveliness * (0.5 + random())) / 128;
    for (let at = 0; at < sum.length; at++) sum[at] += weight * (layer[at] - 128);
  }
  const background = Buffer.from(Uint8ClampedArray.from(sum).buffer);
  return sharp(background, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(shapes(random)) }])
    .removeAlpha();
}

/** Random colours in a grid of so many cells across, smoothly between them. */
async function noise(random, cells) {
  const { width, height } = PICTURES;
  const rows = Math.ceil((cells * height) / width);
  const grid = Uint8Array.from({ length: cells * rows * 3 }, () => 256 * random());
  return sharp(grid, { raw: { width: cells, height: rows, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}

function shapes(random) {
  const { width, height } = PICTURES;
  const between = (least, most) => (least + (most - least) * random()).toFixed(1);
  const drawn = Array.from({ length: 3 + Math.floor(9 * random()) }, () => {
    const fill = `hsl(${between(0, 360)} ${between(20, 95)}% ${between(15, 85)}%)`;
    const look = `fill="${fill}" fill-opacity="${between(0.5, 1)}"`;
    const [x, y] = [between(0, width), between(0, height)];
    const turn = `transform="rotate(${between(0, 360)} ${x} ${y})"`;
    return random() < 0.5
      ? `<ellipse cx="${x}" cy="${y}" rx="${between(15, 170)}" ry="${between(15, 120)}" ${look} ${turn}/>`
      : `<rect x="${x}" y="${y}" width="${between(20, 260)}" height="${between(10, 200)}" ${look} ${turn}/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`;
}
