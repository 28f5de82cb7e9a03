import type { Axes, Axis } from '../axis.js';
import type { Pixels } from '../decode.js';
import { halfToEven } from '../half-to-even.js';
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
      const [a, b, c, d] = pixels.map((pixel) => (row * width + pixel) * channels) as unknown as Four;
      for (let channel = 0; channel < channels; channel += 1) {
        line[to] = sum(
          weights,
          data[a + channel]!,
          data[b + channel]!,
          data[c + channel]!,
          data[d + channel]!,
        );
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

function neighbours({ from, to, start, length }: Axis): Neighbours[] {
  const scale = from / to;
  const inside = (pixel: number): number => Math.min(from - 1, Math.max(0, pixel));
  return Array.from({ length }, (_, index) => {
    const at = (start + index + 0.5) * scale - 0.5;
    const pixel = Math.floor(at);
    const share = at - pixel;
    return {
      pixels: [inside(pixel - 1), inside(pixel), inside(pixel + 1), inside(pixel + 2)],
      weights: [far(1 + share), near(share), near(1 - share), far(2 - share)],
    };
  });
}

/** Cubic convolution with a = -0.75. */
function near(distance: number): number {
  return (1.25 * distance - 2.25) * distance * distance + 1;
}

function far(distance: number): number {
  return ((-0.75 * distance + 3.75) * distance - 6) * distance + 3;
}
