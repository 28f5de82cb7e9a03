import type { Axes, Axis } from '../axis.js';
import type { Pixels } from '../decode.js';
import { halfToEven } from '../half-to-even.js';
import { linear } from './linear.js';

const { fround } = Math;

/** By `INTER_AREA`, to the bit as OpenCV's `resize` makes bytes. It only averages where both sides become shorter. */
export function areaAverage(pixels: Pixels, axes: Axes): Pixels {
  const { columns, rows } = axes;
  if (columns.from < columns.to || rows.from < rows.to) return linear(pixels, axes, true);
  return isWhole(columns) && isWhole(rows) ? averageBlocks(pixels, axes) : averageParts(pixels, axes);
}

/** Whether both sides become half as long: OpenCV averages then, whichever of `INTER_AREA` and `INTER_LINEAR` it is told. */
export function isHalf({ columns, rows }: Axes): boolean {
  return [columns, rows].every(({ from, to }) => from === 2 * to);
}

const isWhole = ({ from, to }: Axis): boolean => from % to === 0;

/** The average of so many whole pixels. */
function averageBlocks({ data, width, channels }: Pixels, axes: Axes): Pixels {
  const { columns, rows } = axes;
  const [wide, high] = [columns.from / columns.to, rows.from / rows.to];
  const part = fround(1 / (wide * high));
  const round = isHalf(axes)
    ? (sum: number) => (sum + 2) >> 2
    : (sum: number) => halfToEven(fround(sum * part));
  const result = new Uint8Array(columns.length * rows.length * channels);
  let to = 0;
  for (let row = rows.start; row < rows.start + rows.length; row += 1) {
    for (let column = columns.start; column < columns.start + columns.length; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let y = row * high; y < (row + 1) * high; y += 1) {
          const from = (y * width + column * wide) * channels + channel;
          for (let x = 0; x < wide; x += 1) sum += data[from + x * channels]!;
        }
        result[to] = round(sum);
        to += 1;
      }
    }
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}

/** Per output pixel: the first input pixel, and the part that each of the next ones has in it. */
interface Part {
  readonly first: number;
  readonly parts: readonly number[];
}

/** Pixels count by how much of them lies in the output pixel; what is less than a thousandth of one is left out. */
function partsOf({ from, to, start, length }: Axis): Part[] {
  const scale = 1 / (to / from);
  return Array.from({ length }, (_, at) => {
    const begin = (start + at) * scale;
    const end = begin + scale;
    const cell = Math.min(scale, from - begin);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(begin), last);
    const before = first - begin > 1e-3 ? [fround((first - begin) / cell)] : [];
    const whole = Array.from({ length: last - first }, () => fround(1 / cell));
    const after = end - last > 1e-3 ? [fround(Math.min(end - last, 1, cell) / cell)] : [];
    return { first: first - before.length, parts: [...before, ...whole, ...after] };
  });
}

/** Sums are float32, rounded at each step. */
function averageParts({ data, width, channels }: Pixels, { columns, rows }: Axes): Pixels {
  const across = partsOf(columns);
  const length = columns.length * channels;
  const line = new Float32Array(length);
  const sums = new Float32Array(length);
  const result = new Uint8Array(rows.length * length);
  let made = -1;
  for (const [row, { first, parts }] of partsOf(rows).entries()) {
    sums.fill(0);
    for (const [index, part] of parts.entries()) {
      // Where one row of the result ends the next begins, mostly within a pixel.
      if (made !== first + index)
        averageLine(data, (first + index) * width * channels, channels, across, line);
      made = first + index;
      for (let at = 0; at < length; at += 1) sums[at] = sums[at]! + fround(part * line[at]!);
    }
    for (let at = 0; at < length; at += 1) result[row * length + at] = Math.min(255, halfToEven(sums[at]!));
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}

function averageLine(
  data: Uint8Array,
  from: number,
  channels: number,
  across: readonly Part[],
  line: Float32Array,
): void {
  let to = 0;
  for (const { first, parts } of across) {
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      let at = from + first * channels + channel;
      for (const part of parts) {
        sum = fround(sum + fround(data[at]! * part));
        at += channels;
      }
      line[to] = sum;
      to += 1;
    }
  }
}
