import { INTEGER, type NumberStore } from '../../json/number-store.js';
import { ENTRIES_A_STEP, type Steps } from '../../turns/slices.js';

/** The dtypes that JSON numbers can be converted to (`AddValueToTensor` of `tensorflow_serving/util/json_tensor.cc`). */
export type NumberDType = (typeof NUMBER_DTYPES)[number];

export const NUMBER_DTYPES = [
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'uint8',
  'uint32',
  'int64',
  'uint64',
] as const;

/** The index of the first literal from `start` to `end` that `dtype` does not take; -1 if it takes them all. */
export function* firstMisfit(
  dtype: NumberDType,
  store: NumberStore,
  start: number,
  end: number,
): Steps<number> {
  for (let from = start; from < end; from += ENTRIES_A_STEP) {
    if (from > start) yield;
    const found = firstAmong(dtype, store, from, Math.min(end, from + ENTRIES_A_STEP));
    if (found >= 0) return found;
  }
  return -1;
}

function firstAmong(dtype: NumberDType, store: NumberStore, start: number, end: number): number {
  switch (dtype) {
    case 'float32':
    case 'float64':
      return -1;
    // The narrow ones wrap around as casts do: only the literal must be an int32.
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
      return firstOutside(store, start, end, -(2 ** 31), 2 ** 31 - 1);
    case 'uint32':
      return firstOutside(store, start, end, 0, 2 ** 32 - 1);
    case 'int64':
      return firstWider(store, start, end, -(2n ** 63n), 2n ** 63n - 1n);
    case 'uint64':
      return firstWider(store, start, end, 0n, 2n ** 64n - 1n);
  }
}

function firstOutside(store: NumberStore, start: number, end: number, least: number, most: number): number {
  const { values, kinds } = store;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (kinds[index] !== INTEGER || value < least || value > most) return index;
  }
  return -1;
}

function firstWider(store: NumberStore, start: number, end: number, least: bigint, most: bigint): number {
  for (let index = start; index < end; index++) {
    const value = store.integer(index);
    if (value === null || value < least || value > most) return index;
  }
  return -1;
}
