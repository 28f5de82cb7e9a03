import type { JsonNumbers } from './json-value.js';
import { type NumberRange, rangeOf } from './number-range.js';
import { dimensions } from './shape.js';

/** How many numbers an error text needs at most. */
const SHOWN = 16;

/** Whether a value of JSON is a list. */
export function isList(value: unknown): value is readonly unknown[] | NumberList {
  return Array.isArray(value) || value instanceof NumberList;
}

/** Numbers of one shape among values as `JSON.parse` makes them: a list that costs no object for each list in it. */
export class NumberList {
  readonly shape: readonly number[];

  constructor(private readonly numbers: JsonNumbers) {
    this.shape = dimensions(numbers.shape);
  }

  /** Of the outermost list. */
  get length(): number {
    return this.shape[0]!;
  }

  get elements(): number {
    return this.numbers.shape.elements;
  }

  /** All numbers, row-major. */
  get values(): Float64Array {
    const { store, start } = this.numbers;
    return store.values.subarray(start, start + this.elements);
  }

  /** The least and the greatest number of the document, and whether all are whole. */
  get range(): NumberRange {
    return (this.numbers.store.range ??= rangeOf(this.values));
  }

  /** What error texts show. */
  toJSON(): readonly number[] {
    return [...this.values.subarray(0, SHOWN)];
  }
}
