import { setImmediate } from 'node:timers/promises';
import type { Pixels } from './decode.js';
import type { Area } from './fit.js';
import { KERNELS, type Taps, taps, WEIGHT_BITS } from './kernel.js';
import { premultiplied, unpremultiplied } from './premultiply.js';
import type { Resampling, Size } from './preprocessing-config.js';

/**
 * Scales a picture to `scaled` and gives the part `shown` of that. Every pixel is made of its few neighbours in the
 * picture: an enlargement is to the bit as Pillow's `resize` makes it, a reduction is not smoothed.
 *
 * Not left to libvips, whose enlargements lie half a target pixel off, and which smooths all reductions. Runs on the
 * event loop, but in short turns; its work is bounded by the model's size, not the picture's (224×224 takes a few
 * milliseconds).
 */
export async function interpolate(
  pixels: Pixels,
  scaled: Size,
  shown: Area,
  resampling: Exclude<Resampling, 'nearest'>,
): Promise<Pixels> {
  const { width, height, channels } = pixels;
  const kernel = KERNELS[resampling];
  const columns = taps(width, scaled.width, shown.left, shown.width, kernel);
  const rows = taps(height, scaled.height, shown.top, shown.height, kernel);

  const { used, below } = usedRows(pixels, rows);
  const source = channels === 4 ? premultiplied(used) : used;
  const usedHeight = source.length / (width * channels);
  const wide = await along(columns, source, usedHeight, width, channels);
  const result = await along(below, wide, 1, usedHeight, shown.width * channels);
  const data = channels === 4 ? unpremultiplied(result) : result;
  return { data, width: shown.width, height: shown.height, channels };
}

/** The rows that the result is made of, without those between them; and where `rows` finds them there. */
function usedRows({ data, width, channels }: Pixels, rows: Taps): { used: Uint8Array; below: Taps } {
  const places = new Map<number, number>();
  rows.first.forEach((first, output) => {
    const end = first + rows.count[output]!;
    for (let row = first; row < end; row += 1) if (!places.has(row)) places.set(row, places.size);
  });
  const length = width * channels;
  const used = new Uint8Array(places.size * length);
  for (const [row, place] of places)
    used.set(data.subarray(row * length, (row + 1) * length), place * length);
  return { used, below: { ...rows, first: rows.first.map((row) => places.get(row)!) } };
}

/** So many products take about 10 ms; then other requests get a turn. */
const PRODUCTS_PER_TURN = 2_000_000;

/**
 * Resamples the middle one of three axes, `[outer, length, inner]`; sums are rounded and held within 0…255. In whole
 * numbers of 32 bits, which is what makes it fast; no kernel's sum is longer.
 */
async function along(
  axis: Taps,
  data: Uint8Array,
  outer: number,
  length: number,
  inner: number,
): Promise<Uint8Array> {
  const { first, count, weights, stride } = axis;
  const outputs = first.length;
  const result = new Uint8ClampedArray(outer * outputs * inner);
  let to = 0;
  let products = 0;
  for (let block = 0; block < outer; block += 1) {
    for (let output = 0; output < outputs; output += 1) {
      const start = (block * length + first[output]!) * inner;
      const weight = output * stride;
      const taken = count[output]!;
      products += taken * inner;
      if (products > PRODUCTS_PER_TURN) {
        await setImmediate();
        products = 0;
      }
      for (let index = 0; index < inner; index += 1) {
        let sum = ROUNDING;
        let from = start + index;
        for (let tap = 0; tap < taken; tap += 1) {
          sum = (sum + Math.imul(data[from]!, weights[weight + tap]!)) | 0;
          from += inner;
        }
        result[to] = sum >> WEIGHT_BITS;
        to += 1;
      }
    }
  }
  return new Uint8Array(result.buffer);
}

const ROUNDING = 1 << (WEIGHT_BITS - 1);
