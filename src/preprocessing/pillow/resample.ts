import type { Axes, Axis } from '../axis.js';
import type { Pixels } from '../pixels.js';
import { type Filter, KERNELS } from '../kernel.js';
import { keepLast } from '../keep-last.js';
import type { PillowVersion } from '../preprocessing-config.js';
import { usedRows } from '../used-rows.js';
import { type Taps, taps } from './taps.js';
import { premultiplied, unpremultiplied } from './premultiply.js';
import { Compiled } from '../compiled/compiled.js';
import { aligned, Layout, SLACK } from '../compiled/layout.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import { PROGRAM } from './resample.wasm.js';

/**
 * Scales a picture to the bit as Pillow's `resize` does; without `antialias` every pixel is made of its few neighbours alone. Blocks its thread: 640×480 to
 * 224×224 takes less than a millisecond.
 * @param version of Pillow, which says where columns are scaled before rows
 */
export function resample(
  { data, width, height, channels }: Pixels,
  { columns, rows }: Axes,
  filter: Filter,
  antialias: boolean,
  version: PillowVersion,
): Pixels {
  const across = isAsItIs(columns) ? null : tapsOf(columns, filter, antialias);
  const down = tapsOf(rows, filter, antialias);
  const source = channels === 4 ? premultiplied(data) : data;
  const picture = { data: source, width, height, channels };
  const result =
    across !== null && areColumnsFirst(columns, rows, version)
      ? columnsFirst(picture, across, down)
      : rowsFirst(picture, columns, across, down);
  return {
    data: channels === 4 ? unpremultiplied(result) : result,
    width: columns.length,
    height: rows.length,
    channels,
  };
}

function isAsItIs({ pixels, begin, from, to }: Axis): boolean {
  return begin === 0 && from === pixels && to === pixels;
}

/** As `Image.resize` decides it in Python before 13, and `ImagingResample` in C from then on. */
function areColumnsFirst(columns: Axis, rows: Axis, version: PillowVersion): boolean {
  if (version === 12) return rows.pixels > 100 * columns.pixels && rows.to < rows.pixels;
  return rows.pixels - rows.to > Math.max(0, 2 * (columns.pixels - columns.to));
}

const tapsOf = keepLast((axis, filter: Filter, antialias) => taps(axis, KERNELS[filter], antialias));

const program = new Compiled<TwoPassProgram>(PROGRAM);
const BAND_BYTES = 256 * 2 ** 10;

/**
 * Only the rows that are needed are read, in bands that the processor's cache can hold.
 * @param across `null`: the columns are those of the picture
 */
function rowsFirst(pixels: Pixels, columns: Axis, across: Taps | null, down: Taps): Uint8Array {
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

/** Of the picture, the rows that are needed are in the program's memory all at once. */
function columnsFirst({ data, width, height, channels }: Pixels, across: Taps, down: Taps): Uint8Array {
  const [outputs, outputRows] = [across.first.length, down.first.length];
  const rowBytes = width * channels;
  const { bands, below, count } = usedRows(down, height, height);
  const length = outputs * channels;
  const stride = aligned(length + SLACK);

  const layout = new Layout();
  const acrossAt = placeTaps(layout, across);
  const downAt = placeTaps(layout, { ...down, first: below });
  const source = layout.place((count + 1) * rowBytes);
  const middle = layout.place(outputRows * rowBytes);
  const target = layout.place(outputRows * stride);

  return program.run(layout, (functions, bytes) => {
    for (const { row, place, rows } of bands) {
      bytes.set(data.subarray(row * rowBytes, (row + rows) * rowBytes), source + place * rowBytes);
    }
    functions.down(source, rowBytes, middle, rowBytes, outputRows, ...downAt);
    functions[`across${channels}`](middle, rowBytes, target, stride, outputRows, outputs, ...acrossAt);
    const result = new Uint8Array(outputRows * length);
    for (let row = 0; row < outputRows; row += 1) {
      const from = target + row * stride;
      result.set(bytes.subarray(from, from + length), row * length);
    }
    return result;
  });
}

/** As the last parameters of the program's functions. */
function placeTaps(layout: Layout, { first, count, low, high, stride }: Taps): readonly number[] {
  return [layout.put(first), layout.put(count), layout.put(low), layout.put(high), stride];
}
