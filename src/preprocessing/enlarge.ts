import type { Pixels } from './decode.js';
import type { Area } from './fit.js';
import { KERNELS, type Taps, taps, WEIGHT_BITS } from './kernel.js';
import { premultiplied, unpremultiplied } from './premultiply.js';
import type { Resampling, Size } from './preprocessing-config.js';

/**
 * Enlarges a picture to `scaled` and gives the part `shown` of that, to the bit as Pillow's `resize` does it; an axis
 * of unchanged length is copied.
 *
 * Not left to libvips, whose enlargements lie half a target pixel off. Runs on the event loop: its work is bounded by
 * the model's size, not the picture's (224×224 takes a few milliseconds).
 */
export function enlarge(
  pixels: Pixels,
  scaled: Size,
  shown: Area,
  resampling: Exclude<Resampling, 'nearest'>,
): Pixels {
  const { width, height, channels } = pixels;
  const kernel = KERNELS[resampling];
  const columns = taps(width, scaled.width, shown.left, shown.width, kernel);
  const rows = taps(height, scaled.height, shown.top, shown.height, kernel);

  // Of a very long picture only the rows that will be seen.
  const top = rows.first[0] ?? 0;
  const bottom = (rows.first.at(-1) ?? 0) + (rows.count.at(-1) ?? 0);
  const used = pixels.data.subarray(top * width * channels, bottom * width * channels);
  const source = channels === 4 ? premultiplied(used) : used;

  const wide = along(columns, source, bottom - top, width, channels);
  const below: Taps = { ...rows, first: rows.first.map((first) => first - top) };
  const result = along(below, wide, 1, bottom - top, shown.width * channels);
  const data = channels === 4 ? unpremultiplied(result) : result;
  return { data, width: shown.width, height: shown.height, channels };
}

/**
 * Resamples the middle one of three axes, `[outer, length, inner]`; sums are rounded and held within 0…255. In whole
 * numbers of 32 bits, which is what makes it fast; no kernel's sum is longer.
 */
function along(axis: Taps, data: Uint8Array, outer: number, length: number, inner: number): Uint8Array {
  const { first, count, weights, stride } = axis;
  const outputs = first.length;
  const result = new Uint8ClampedArray(outer * outputs * inner);
  let to = 0;
  for (let block = 0; block < outer; block += 1) {
    for (let output = 0; output < outputs; output += 1) {
      const start = (block * length + first[output]!) * inner;
      const weight = output * stride;
      const taken = count[output]!;
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
