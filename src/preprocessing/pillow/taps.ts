import type { Axis } from '../axis.js';
import type { Kernel } from '../kernel.js';

/** Weights are whole numbers with so many bits behind the point, as Pillow's are: sums then agree to the bit. */
const WEIGHT_BITS = 22;

/** Per output pixel: the first input pixel, and a weight for each of the next `count` ones. */
export interface Taps {
  readonly first: Int32Array;
  /** Even: a last weight may be 0. */
  readonly count: Int32Array;
  /**
   * `stride` weights an output pixel, of which `count` are used; they add up to 2 ** WEIGHT_BITS. Each is
   * `high * 2 ** LOW_BITS + low`, as the vector program takes them.
   */
  readonly low: Int16Array;
  readonly high: Int16Array;
  readonly stride: number;
}

/**
 * The weights along one axis.
 * @param antialias whether a reduction takes in all the pixels that it makes one of
 */
export function taps(
  { pixels, begin, from, to, start, length }: Axis,
  kernel: Kernel,
  antialias: boolean,
): Taps {
  const step = from / to;
  const shrinkage = antialias ? Math.max(1, step) : 1;
  const reach = kernel.support * shrinkage;
  const stride = Math.ceil(reach) * 2 + 2;
  const result = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    low: new Int16Array(length * stride),
    high: new Int16Array(length * stride),
    stride,
  };
  for (let output = 0; output < length; output += 1) {
    const centre = begin + (start + output + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(pixels, Math.trunc(centre + reach + 0.5)) - first;
    const weights = Array.from({ length: count }, (_, tap) =>
      kernel.weight((first + tap - centre + 0.5) * (1 / shrinkage)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    result.first[output] = first;
    result.count[output] = count + (count % 2);
    weights.forEach((weight, tap) => {
      const whole = roundAway((weight / sum) * 2 ** WEIGHT_BITS);
      result.low[output * stride + tap] = whole & LOW_MASK;
      result.high[output * stride + tap] = whole >> LOW_BITS;
    });
  }
  return result;
}

const LOW_BITS = 12;
const LOW_MASK = 2 ** LOW_BITS - 1;

/** To the nearest whole number, a half away from 0, as C does by adding a half and cutting off. */
function roundAway(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
}
