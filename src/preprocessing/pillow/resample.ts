import type { Axes, Axis } from '../axis.js';
import type { Pixels } from '../pixels.js';
import { type Filter, KERNELS } from '../kernel.js';
import { keepLast } from '../keep-last.js';
import { usedRows } from '../used-rows.js';
import { type Taps, taps } from './taps.js';
import { premultiplied, unpremultiplied } from './premultiply.js';
import { Compiled } from '../compiled/compiled.js';
import { aligned, Layout, SLACK } from '../compiled/layout.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import { PROGRAM } from './resample.wasm.js';

/**
 * Scales a picture to the bit as Pillow's `resize` does, rows before columns; without `antialias`
 * every pixel is made of its few neighbours alone. Blocks its thread: 640×480 to 224×224 takes less than a millisecond.
 *
 * Only the rows that are needed are read, in bands that the processor's cache can hold.
 */
export function resample(
  { data, width, height, channels }: Pixels,
  { columns, rows }: Axes,
  filter: Filter,
  antialias: boolean,
): Pixels {
  const across = columns.from === columns.to ? null : tapsOf(columns, filter, antialias);
  const down = tapsOf(rows, filter, antialias);
  const source = channels === 4 ? premultiplied(data) : data;
  const result = run({ data: source, width, height, channels }, columns, across, down);
  return {
    data: channels === 4 ? unpremultiplied(result) : result,
    width: columns.length,
    height: rows.length,
    channels,
  };
}

const tapsOf = keepLast((axis, filter: Filter, antialias) => taps(axis, KERNELS[filter], antialias));

const program = new Compiled<TwoPassProgram>(PROGRAM);
const BAND_BYTES = 256 * 2 ** 10;

/** @param across `null`: the columns are those of the picture */
function run(pixels: Pixels, columns: Axis, across: Taps | null, down: Taps): Uint8Array {
  const { width, channels } = pixels;
  const height = down.first.length;
  const rowBytes = width * channels;
  const bandRows = Math.max(1, Math.floor(BAND_BYTES / rowBytes));
  const { bands, below, count } = usedRows(down, pixels.height, bandRows);
  const length = columns.length * channels;
  const stride = aligned(length + SLACK);

  const layout = new Layout();
  const acrossAt = across && placeTaps(layout, across);
  const downAt = placeTaps(layout, { ...down, first: below });
  const band = layout.place(across ? bandRows * rowBytes : 0);
  const middle = layout.place((count + 1) * stride);
  const target = layout.place(height * length);

  return program.run(layout, (functions, bytes) => {
    for (const { row, place, rows } of bands) {
      if (acrossAt === null) {
        for (let at = 0; at < rows; at += 1) {
          const from = (row + at) * rowBytes + columns.start * channels;
          bytes.set(pixels.data.subarray(from, from + length), middle + (place + at) * stride);
        }
        continue;
      }
      bytes.set(pixels.data.subarray(row * rowBytes, (row + rows) * rowBytes), band);
      const to = middle + place * stride;
      functions[`across${channels}`](band, rowBytes, to, stride, rows, columns.length, ...acrossAt);
    }
    functions.down(middle, stride, target, length, height, ...downAt);
    return bytes.slice(target, target + height * length);
  });
}

/** As the last parameters of the program's functions. */
function placeTaps(layout: Layout, { first, count, low, high, stride }: Taps): readonly number[] {
  return [layout.put(first), layout.put(count), layout.put(low), layout.put(high), stride];
}
