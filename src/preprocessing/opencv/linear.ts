import { type Axes, type Axis, inside } from '../axis.js';
import type { Pixels } from '../decode.js';
import { halfToEven } from '../half-to-even.js';
import { Lines } from './lines.js';

/**
 * Bytes by `INTER_LINEAR`, to the bit as OpenCV's `resize` makes them: in whole numbers, columns before rows. Each channel by itself, alpha too.
 * @param asArea `INTER_AREA` where it enlarges: pixels keep their edges, and only between two of them is something in between
 */
export function linear({ data, width, channels }: Pixels, { columns, rows }: Axes, asArea = false): Pixels {
  const across = neighbours(columns, asArea).map(wholeAtEdge);
  const length = columns.length * channels;
  const result = new Uint8Array(rows.length * length);
  const lines = new Lines([new Int32Array(length), new Int32Array(length)], (row, line) => {
    let to = 0;
    for (const { pixels, weights } of across) {
      const one = (row * width + pixels[0]) * channels;
      const two = (row * width + pixels[1]) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        line[to] = weights[0] * data[one + channel]! + weights[1] * data[two + channel]!;
        to += 1;
      }
    }
  });
  for (const [row, { pixels, weights }] of neighbours(rows, asArea).entries()) {
    const [above, below] = lines.of(pixels);
    for (let at = 0; at < length; at += 1) {
      const upper = (weights[0] * (above![at]! >> 4)) >> 16;
      const lower = (weights[1] * (below![at]! >> 4)) >> 16;
      result[row * length + at] = (upper + lower + 2) >> 2;
    }
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}

/** Weights have so many bits behind the point. */
const UNIT = 2 ** 11;

/** Two pixels next to each other, or twice the one at an edge, and how much each counts. */
interface Neighbours {
  readonly pixels: readonly [number, number];
  readonly weights: readonly [number, number];
}

const { fround } = Math;

function neighbours(axis: Axis, asArea: boolean): Neighbours[] {
  const { from, to, start, length } = axis;
  const ratio = to / from;
  const scale = 1 / ratio;
  return Array.from({ length }, (_, at) => {
    const [pixel, share] = asArea ? areaPosition(start + at, scale, ratio) : position(start + at, scale);
    return {
      pixels: [inside(axis, pixel), inside(axis, pixel + 1)],
      weights: [halfToEven(fround(fround(1 - share) * UNIT)), halfToEven(fround(share * UNIT))],
    };
  });
}

/** Of columns the one at an edge counts whole. Of rows it is weighed with itself, which loses some bits. */
function wholeAtEdge({ pixels, weights }: Neighbours): Neighbours {
  return pixels[0] === pixels[1] ? { pixels, weights: [UNIT, 0] } : { pixels, weights };
}

function position(output: number, scale: number): readonly [pixel: number, share: number] {
  const at = fround((output + 0.5) * scale - 0.5);
  return [Math.floor(at), fround(at - Math.floor(at))];
}

function areaPosition(output: number, scale: number, ratio: number): readonly [pixel: number, share: number] {
  const pixel = Math.floor(output * scale);
  const share = fround(output + 1 - (pixel + 1) * ratio);
  return [pixel, share <= 0 ? 0 : fround(share - Math.floor(share))];
}
