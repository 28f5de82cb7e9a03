import { DamagedPicture } from '../damaged-picture.js';
import type { Pixels } from '../pixels.js';
import { sharp } from '../../images/sharp.js';
import { asSamples } from './as-samples.js';
import { blendedRow, type HalvedPlane, repeatedRow } from './chroma.js';
import { factorsOf, greyOf, writeRow } from './colours.js';
import { type Avif, readAvif } from './read-avif.js';

/** What a file stores, pixel after pixel: Cr, luma, Cb and maybe alpha. */
interface Samples {
  readonly data: Uint8Array | Uint16Array;
  readonly channels: number;
}

/**
 * A picture as it is stored, with the pixels that Pillow gives it: libvips decodes the samples, and they are made colours here, as libavif has libyuv
 * do it, which blends colours that are stored at half the size.
 * @param timeoutMs how long libvips may take
 * @throws DamagedPicture, RangeError, ServingError IMAGE_UNSUPPORTED
 */
export async function decodeAvif(picture: Uint8Array, timeoutMs: number): Promise<Pixels> {
  const avif = readAvif(picture);
  const { width, height, bits, isMono, hasAlpha } = avif;
  const samples = await samplesOf(avif, timeoutMs);
  const channels = isMono && !hasAlpha ? 1 : hasAlpha ? 4 : 3;
  const data = new Uint8ClampedArray(width * height * channels);
  if (isMono) writeGreys(samples, avif, data, channels);
  else writeColours(samples, avif, data, channels);
  if (hasAlpha) {
    for (let from = 3, to = 3; to < data.length; from += samples.channels, to += 4)
      data[to] = bits === 12 ? greyOf(samples.data[from]!, bits, true) : samples.data[from]! >> (bits - 8);
  }
  return { data: new Uint8Array(data.buffer), width, height, channels };
}

/** More than eight bits are told as they are, but where libavif drops those beyond eight before it makes colours. */
async function samplesOf(avif: Avif, timeoutMs: number): Promise<Samples> {
  const { width, height, bits, hasAlpha, isMono } = avif;
  const image = sharp(asSamples(avif), {
    failOn: 'error',
    ignoreIcc: true,
    limitInputPixels: width * height,
  });
  image.timeout({ seconds: Math.ceil(timeoutMs / 1000) });
  const isDeep = bits > 8;
  if (isDeep) image.pipelineColourspace('rgb16').toColourspace('rgb16');
  const { data, info } = await image
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new DamagedPicture('libvips cannot decode it.', { cause });
    });
  const { channels } = info;
  if (info.width !== width || info.height !== height || channels !== (hasAlpha ? 4 : 3))
    throw new DamagedPicture('It is not what it says.');
  if (!isDeep) return { data, channels };
  const deep = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const drops = !isMono && !hasAlpha;
  const shift = drops ? 8 : 16 - bits;
  for (let index = 0; index < deep.length; index += 1) deep[index]! >>= shift;
  return { data: deep, channels };
}

function writeGreys(
  { data, channels: step }: Samples,
  { bits, isFull, hasAlpha }: Avif,
  to: Uint8ClampedArray,
  channels: number,
): void {
  // With alpha libyuv makes colours of it.
  const grey = hasAlpha ? greysOfLuma(isFull) : (value: number) => greyOf(value, bits, isFull);
  const colours = Math.min(channels, 3);
  for (let from = 1, at = 0; at < to.length; from += step, at += channels)
    to.fill(grey(data[from]!), at, at + colours);
}

function greysOfLuma(isFull: boolean): (value: number) => number {
  const none = new Uint8Array(256).fill(128);
  const greys = new Uint8ClampedArray(256 * 3);
  const luma = Uint16Array.from({ length: 256 }, (_, value) => value * 257);
  writeRow(luma, none, none, factorsOf(6, isFull)!, greys, 0, 3);
  return (value) => greys[value * 3]!;
}

function writeColours(
  { data, channels: step }: Samples,
  { width, height, matrix, isFull, halved, bits, hasAlpha }: Avif,
  to: Uint8ClampedArray,
  channels: number,
): void {
  const factors = factorsOf(matrix, isFull);
  const depth = hasAlpha ? bits : 8;
  const [cbs, crs] = halved.x
    ? [planeOf(data, step, 2, width, height, halved.y), planeOf(data, step, 0, width, height, halved.y)]
    : [];
  const spread = depth === 12 ? repeatedRow : blendedRow;
  const pictureHeight = halved.y ? height : undefined;
  const luma = new Uint16Array(width);
  const [cb, cr] = [new Uint16Array(width), new Uint16Array(width)];
  for (let y = 0; y < height; y += 1) {
    const start = y * width * step;
    const at = y * width * channels;
    if (cbs && crs) {
      spread(cbs, y, cb, pictureHeight);
      spread(crs, y, cr, pictureHeight);
    }
    for (let x = 0, from = start; x < width; x += 1, from += step) {
      luma[x] = data[from + 1]!;
      if (!cbs) [cb[x], cr[x]] = [data[from + 2]!, data[from]!];
    }
    if (!factors) {
      for (let x = 0, place = at; x < width; x += 1, place += channels)
        [to[place], to[place + 1], to[place + 2]] = [cr[x]!, luma[x]!, cb[x]!];
      continue;
    }
    widen(luma, cb, cr, depth);
    writeRow(luma, cb, cr, factors, to, at, channels);
  }
}

/** Luma as 16 bits, its upper ones once more below them; colours as eight. */
function widen(luma: Uint16Array, cb: Uint16Array, cr: Uint16Array, depth: number): void {
  const [up, down] = [16 - depth, 2 * depth - 16];
  for (let x = 0; x < luma.length; x += 1) {
    const value = luma[x]!;
    luma[x] = (value << up) | (value >> down);
    cb[x]! >>= depth - 8;
    cr[x]! >>= depth - 8;
  }
}

/** The colours as they are stored: each second of a row, and of the rows where those are halved too. */
function planeOf(
  data: Samples['data'],
  step: number,
  channel: number,
  width: number,
  height: number,
  isHalvedY: boolean,
): HalvedPlane {
  const [columns, rows] = [(width + 1) >> 1, isHalvedY ? (height + 1) >> 1 : height];
  const plane = new Uint16Array(columns * rows);
  for (let row = 0, to = 0; row < rows; row += 1) {
    let from = row * (isHalvedY ? 2 : 1) * width * step + channel;
    for (let column = 0; column < columns; column += 1, from += 2 * step) plane[to++] = data[from]!;
  }
  return { data: plane, width: columns, height: rows };
}
