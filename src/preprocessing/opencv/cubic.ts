import { type Axes, type Axis, inside } from '../axis.js';
import type { Pixels } from '../decode.js';
import { halfToEven } from '../half-to-even.js';
import { cubicConvolution } from '../kernel.js';
import { Lines } from './lines.js';

/**
 * Bytes by `INTER_CUBIC` as the `resize` of OpenCV's wheels for x86-64 makes them, with weights that are fractions (those of a build without Intel's
 * IPP have eleven bits): to the bit but where what is rounded is a half. Each channel by itself, alpha too.
 */
export function cubic({ data, width, channels }: Pixels, { columns, rows }: Axes): Pixels {
  const across = neighbours(columns);
  const length = columns.length * channels;
  const result = new Uint8Array(rows.length * length);
  const buffers = Array.from({ length: 4 }, () => new Float64Array(length));
  const lines = new Lines(buffers, (row, line) => {
    let to = 0;
    for (const { pixels, weights } of across) {
      const [a, b, c, d] = pixels;
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (pixel: number): number => data[(row * width + pixel) * channels + channel]!;
        line[to] = sum(weights, at(a), at(b), at(c), at(d));
        to += 1;
      }
    }
  });
  for (const [row, { pixels, weights }] of neighbours(rows).entries()) {
    const [a, b, c, d] = lines.of(pixels);
    for (let at = 0; at < length; at += 1) {
      const value = sum(weights, a![at]!, b![at]!, c![at]!, d![at]!);
      result[row * length + at] = Math.min(255, Math.max(0, halfToEven(value)));
    }
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}

const { fround } = Math;

/** As float32 is added up, with each product exact. */
function sum(weights: Four, a: number, b: number, c: number, d: number): number {
  const two = fround(fround(weights[0] * a) + weights[1] * b);
  return fround(fround(two + weights[2] * c) + weights[3] * d);
}

type Four = readonly [number, number, number, number];

/** Four pixels next to each other, those beyond an edge being the one at it, and how much each counts. */
interface Neighbours {
  readonly pixels: Four;
  readonly weights: Four;
}

const weight = cubicConvolution(-0.75);

function neighbours(axis: Axis): Neighbours[] {
  const { from, to, start, length } = axis;
  const scale = from / to;
  return Array.from({ length }, (_, index) => {
    const at = (start + index + 0.5) * scale - 0.5;
    const pixel = Math.floor(at);
    const share = at - pixel;
    return {
      pixels: [
        inside(axis, pixel - 1),
        inside(axis, pixel),
        inside(axis, pixel + 1),
        inside(axis, pixel + 2),
      ],
      weights: [weight(1 + share), weight(share), weight(1 - share), weight(2 - share)],
    };
  });
}
