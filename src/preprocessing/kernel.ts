import type { Resampling } from './preprocessing-config.js';

/** An interpolation: the weight of a pixel by its distance, in pixels, from the point that is asked for. */
interface Kernel {
  /** Beyond this distance every weight is 0. */
  readonly support: number;
  weight(distance: number): number;
}

/** Pillow's filters; `bicubic` with a = -0.5, `lanczos` with three lobes. */
export const KERNELS: Readonly<Record<Exclude<Resampling, 'nearest'>, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Weights are whole numbers with so many bits behind the point, as Pillow's are: sums then agree to the bit. */
export const WEIGHT_BITS = 22;

/** Per output pixel: the first input pixel, and a weight for each of the next `count` ones. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` weights an output pixel, of which `count` are used; they add up to 2 ** WEIGHT_BITS. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** The weights along one axis scaled from `from` to `to` pixels, for `length` output pixels from `start` on. */
export function taps(from: number, to: number, start: number, length: number, kernel: Kernel): Taps {
  const step = from / to;
  const reach = kernel.support;
  const stride = reach * 2 + 1;
  const result = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    weights: new Int32Array(length * stride),
    stride,
  };
  for (let output = 0; output < length; output += 1) {
    const centre = (start + output + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(from, Math.trunc(centre + reach + 0.5)) - first;
    const weights = Array.from({ length: count }, (_, tap) => kernel.weight(first + tap - centre + 0.5));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    result.first[output] = first;
    result.count[output] = count;
    result.weights.set(
      weights.map((weight) => roundAway((weight / sum) * 2 ** WEIGHT_BITS)),
      output * stride,
    );
  }
  return result;
}

/** To the nearest whole number, a half away from 0, as C does by adding a half and cutting off. */
function roundAway(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
}
