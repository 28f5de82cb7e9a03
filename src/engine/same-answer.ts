import type { Tensor } from './tensor.js';
import { compareTensors } from './tensor-difference.js';

/**
 * The largest difference that rounding may make, as a part of the largest number of the output (of 1, if that is less). Constants let
 * TensorFlow choose other kernels, and a deep network multiplies what these round differently: 2e-4 was seen, with EfficientNetB0. A wrong
 * rewriting is off by far more.
 */
export const TOLERANCE = 1e-3;

/** @returns what differs, as part of a sentence; `null` if nothing does */
export function differs(expected: Tensor, found: Tensor, tolerance: number): string | null {
  const { worst, largest, says } = compareTensors(expected, found);
  if (says !== undefined) return says;
  const isDecimal = /^(b?float|complex)/.test(expected.dtype);
  const allowed = isDecimal ? tolerance * largest : 0;
  return worst <= allowed ? null : `by ${worst.toPrecision(2)} where ${allowed.toPrecision(2)} is allowed`;
}
