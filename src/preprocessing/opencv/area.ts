import type { Axes, Axis } from '../axis.js';
import { Compiled } from '../compiled/compiled.js';
import { aligned, Layout } from '../compiled/layout.js';
import type { Pixels } from '../pixels.js';
import type { Channels } from '../image-input.js';
import { PROGRAM } from './area.wasm.js';
import { linear } from './linear.js';

const { fround } = Math;

/** By `INTER_AREA`, to the bit as OpenCV's `resize` makes bytes. It only averages where both sides become shorter. */
export function areaAverage(pixels: Pixels, axes: Axes): Pixels {
  const { columns, rows } = axes;
  if (columns.from < columns.to || rows.from < rows.to) return linear(pixels, axes, true);
  const data = isWhole(columns) && isWhole(rows) ? averageBlocks(pixels, axes) : averageParts(pixels, axes);
  return { data, width: columns.length, height: rows.length, channels: pixels.channels };
}

/** Whether both sides become half as long: OpenCV averages then, whichever of `INTER_AREA` and `INTER_LINEAR` it is told. */
export function isHalf({ columns, rows }: Axes): boolean {
  return [columns, rows].every(({ from, to }) => from === 2 * to);
}

const isWhole = ({ from, to }: Axis): boolean => from % to === 0;

/** `area.as`, which says what its functions take. */
type Functions = Readonly<
  Record<
    | `acrossBlocks${Channels}`
    | 'addBlocks'
    | 'averageBlocks'
    | `acrossParts${Channels}`
    | 'addParts'
    | 'roundParts',
    (...where: readonly number[]) => void
  >
>;

const program = new Compiled<Functions>(PROGRAM);

/** The average of so many whole pixels. Of the picture one row at a time lies in the program's memory. */
function averageBlocks({ data, width, channels }: Pixels, axes: Axes): Uint8Array {
  const { columns, rows } = axes;
  const [wide, high] = [columns.from / columns.to, rows.from / rows.to];
  const length = columns.length * channels;
  const layout = new Layout();
  const source = layout.place(columns.length * wide * channels);
  const line = layout.place(aligned(length) * Int32Array.BYTES_PER_ELEMENT);
  const sums = layout.place(aligned(length) * Float64Array.BYTES_PER_ELEMENT);
  const target = layout.place(rows.length * length);
  return program.run(layout, (functions, bytes) => {
    const summed = new Float64Array(bytes.buffer, sums, length);
    for (let row = 0; row < rows.length; row += 1) {
      // The average of four pixels is rounded up where it is a half: with this added none is.
      summed.fill(isHalf(axes) ? 0.5 : 0);
      for (let y = (rows.start + row) * high; y < (rows.start + row + 1) * high; y += 1) {
        const from = ((rows.begin + y) * width + columns.begin + columns.start * wide) * channels;
        bytes.set(data.subarray(from, from + length * wide), source);
        functions[`acrossBlocks${channels}`](source, line, columns.length, wide);
        functions.addBlocks(line, sums, length);
      }
      functions.averageBlocks(sums, target + row * length, length, fround(1 / (wide * high)));
    }
    return bytes.slice(target, target + rows.length * length);
  });
}

/** Per output pixel: the first input pixel, and the part that each of the next ones has in it. */
interface Part {
  readonly first: number;
  readonly parts: readonly number[];
}

/** Pixels count by how much of them lies in the output pixel; what is less than a thousandth of one is left out. */
function partsOf({ begin, from, to, start, length }: Axis): Part[] {
  const scale = 1 / (to / from);
  return Array.from({ length }, (_, at) => {
    const edge = (start + at) * scale;
    const end = edge + scale;
    const cell = Math.min(scale, from - edge);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(edge), last);
    const before = first - edge > 1e-3 ? [fround((first - edge) / cell)] : [];
    const whole = Array.from({ length: last - first }, () => fround(1 / cell));
    const after = end - last > 1e-3 ? [fround(Math.min(end - last, 1, cell) / cell)] : [];
    return { first: begin + first - before.length, parts: [...before, ...whole, ...after] };
  });
}

/** Sums are float32, rounded at each step. Of the picture one row at a time lies in the program's memory. */
function averageParts({ data, width, channels }: Pixels, { columns, rows }: Axes): Uint8Array {
  const length = columns.length * channels;
  const layout = new Layout();
  const across = placeParts(layout, partsOf(columns), channels);
  const source = layout.place(width * channels);
  const line = layout.place(aligned(length) * Float32Array.BYTES_PER_ELEMENT);
  const sums = layout.place(aligned(length) * Float32Array.BYTES_PER_ELEMENT);
  const target = layout.place(rows.length * length);
  return program.run(layout, (functions, bytes) => {
    const summed = new Float32Array(bytes.buffer, sums, length);
    let made = -1;
    for (const [row, { first, parts }] of partsOf(rows).entries()) {
      summed.fill(0);
      for (const [index, part] of parts.entries()) {
        const y = first + index;
        // Where one row of the result ends the next begins, mostly within a pixel.
        if (made !== y) {
          bytes.set(data.subarray(y * width * channels, (y + 1) * width * channels), source);
          functions[`acrossParts${channels}`](source, line, columns.length, ...across);
        }
        made = y;
        functions.addParts(line, sums, length, part);
      }
      functions.roundParts(sums, target + row * length, length);
    }
    return bytes.slice(target, target + rows.length * length);
  });
}

/** As the last parameters of `acrossParts`. */
function placeParts(layout: Layout, across: readonly Part[], channels: number): readonly number[] {
  return [
    layout.put(Int32Array.from(across, ({ first }) => first * channels)),
    layout.put(Int32Array.from(across, ({ parts }) => parts.length)),
    layout.put(Float32Array.from(across.flatMap(({ parts }) => parts))),
  ];
}
