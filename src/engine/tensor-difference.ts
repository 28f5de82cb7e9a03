import { type Decimals, decimals } from './decimals.js';
import type { Tensor } from './tensor.js';

/** How far two answers of the same output are apart. */
export interface TensorDifference {
  /** The largest difference of two numbers; infinite where one is NaN or infinite and the other is not. */
  readonly worst: number;
  /** The largest finite number of the first, at least 1: what `worst` is held against. */
  readonly largest: number;
}

/**
 * Compares two tensors element by element. Strings that are not the same, and shapes, differ infinitely.
 * @returns also how it is said, as part of a sentence, where no number says it
 */
export function compareTensors(
  expected: Tensor,
  found: Tensor,
): TensorDifference & { readonly says?: string } {
  if (String(expected.shape) !== String(found.shape)) {
    const says = `the shape [${found.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`;
    return { worst: Infinity, largest: 1, says };
  }
  if (!ArrayBuffer.isView(expected.data)) {
    const strings = found.data as readonly Uint8Array[];
    const same = expected.data.every((bytes, index) => Buffer.compare(bytes, strings[index]!) === 0);
    return same ? { worst: 0, largest: 1 } : { worst: Infinity, largest: 1, says: 'other bytes' };
  }
  return compareNumbers(decimals(expected), decimals(found));
}

function compareNumbers(before: Decimals, after: Decimals): TensorDifference & { readonly says?: string } {
  let largest = 1;
  for (const value of before) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  let worst = 0;
  for (let index = 0; index < before.length; index++) {
    const [a, b] = [before[index]!, after[index]!];
    if (Object.is(a, b)) continue;
    if (Number.isNaN(a) !== Number.isNaN(b))
      return { worst: Infinity, largest, says: 'a number where the other has none' };
    worst = Math.max(worst, Math.abs(a - b));
  }
  return { worst, largest };
}
