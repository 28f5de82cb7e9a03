import type { Axes, Axis } from '../axis.js';
import type { Pixels } from '../decode.js';
import { type Filter, KERNELS } from '../kernel.js';
import { type Taps, taps } from './taps.js';
import { premultiplied, unpremultiplied } from './premultiply.js';
import { Compiled } from '../compiled/compiled.js';
import { aligned, Layout, SLACK } from '../compiled/layout.js';
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

/** Those of the last sizes: pictures of one camera have one. */
const TAPS = new Map<string, Taps>();
const TAPS_KEPT = 32;

function tapsOf(axis: Axis, filter: Filter, antialias: boolean): Taps {
  const key = `${axis.from} ${axis.to} ${axis.start} ${axis.length} ${filter} ${antialias}`;
  const known = TAPS.get(key);
  if (known !== undefined) return known;
  const made = taps(axis, KERNELS[filter], antialias);
  if (TAPS.size >= TAPS_KEPT) TAPS.delete(TAPS.keys().next().value!);
  TAPS.set(key, made);
  return made;
}

/** `resample.as`, which says what its functions take. */
interface Functions {
  readonly across1: (...where: readonly number[]) => void;
  readonly across3: (...where: readonly number[]) => void;
  readonly across4: (...where: readonly number[]) => void;
  readonly down: (...where: readonly number[]) => void;
}

const program = new Compiled<Functions>(PROGRAM);
const BAND_BYTES = 256 * 2 ** 10;

/** @param across `null`: the columns are those of the picture */
function run(pixels: Pixels, columns: Axis, across: Taps | null, down: Taps): Uint8Array {
  const { width, channels } = pixels;
  const height = down.first.length;
  const { runs, below, count } = usedRows(down, pixels.height);
  const rowBytes = width * channels;
  const bandRows = Math.max(1, Math.floor(BAND_BYTES / rowBytes));
  const length = columns.length * channels;
  const stride = aligned(length + SLACK);

  const layout = new Layout();
  const acrossAt = across && placeTaps(layout, across);
  const downAt = placeTaps(layout, { ...down, first: below });
  const band = layout.place(across ? bandRows * rowBytes : 0);
  const middle = layout.place((count + 1) * stride);
  const target = layout.place(height * length);

  return program.run(layout, (functions, bytes) => {
    for (const { row, place, rows } of runs) {
      if (acrossAt === null) {
        for (let at = 0; at < rows; at += 1) {
          const from = (row + at) * rowBytes + columns.start * channels;
          bytes.set(pixels.data.subarray(from, from + length), middle + (place + at) * stride);
        }
        continue;
      }
      for (let at = 0; at < rows; at += bandRows) {
        const taken = Math.min(bandRows, rows - at);
        bytes.set(pixels.data.subarray((row + at) * rowBytes, (row + at + taken) * rowBytes), band);
        const to = middle + (place + at) * stride;
        functions[`across${channels}`](band, rowBytes, to, stride, taken, columns.length, ...acrossAt);
      }
    }
    functions.down(middle, stride, target, length, height, ...downAt);
    return bytes.slice(target, target + height * length);
  });
}

/** Rows of a picture that follow on each other, and where they are laid. */
interface Run {
  readonly row: number;
  readonly place: number;
  rows: number;
}

/** The rows that the result is made of, without those between them; and where `rows` finds them there. */
function usedRows(
  rows: Taps,
  height: number,
): { runs: readonly Run[]; below: Int32Array<ArrayBuffer>; count: number } {
  let last: Run = { row: 0, place: 0, rows: 0 };
  const runs = [last];
  const below = rows.first.map((first, output) => {
    if (first > last.row + last.rows) {
      last = { row: first, place: last.place + last.rows, rows: 0 };
      runs.push(last);
    }
    const end = Math.min(height, first + rows.count[output]!);
    last.rows = Math.max(last.rows, end - last.row);
    return last.place + first - last.row;
  });
  return { runs, below, count: last.place + last.rows };
}

/** As the last parameters of the program's functions. */
function placeTaps(layout: Layout, { first, count, low, high, stride }: Taps): readonly number[] {
  return [layout.put(first), layout.put(count), layout.put(low), layout.put(high), stride];
}
