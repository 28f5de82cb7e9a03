import { NUMBER_ARRAYS } from '../../engine/tensor.js';
import type { JsonNumbers, JsonValue } from '../../json/json-value.js';
import type { NumberStore } from '../../json/number-store.js';
import { ENTRIES_A_STEP, type Steps } from '../../turns/slices.js';
import { numberAt, wrongType, type Elements } from './elements.js';
import { firstMisfit, type NumberDType } from './first-misfit.js';

/** Numbers go from the document to the tensor in blocks, through one conversion of arrays. */
export class NumberElements implements Elements {
  length = 0;
  private data;

  /** `blocks` is how many like the first are to be expected. */
  constructor(
    private readonly dtype: NumberDType,
    private readonly blocks: number,
  ) {
    this.data = new NUMBER_ARRAYS[dtype](0);
  }

  *takes({ store, start, shape }: JsonNumbers): Steps<boolean> {
    return (yield* firstMisfit(this.dtype, store, start, start + shape.elements)) < 0;
  }

  *addNumbers(numbers: JsonNumbers): Steps<void> {
    const { store, start } = numbers;
    const { elements } = numbers.shape;
    const misfit = yield* firstMisfit(this.dtype, store, start, start + elements);
    if (misfit >= 0) throw wrongType(numberAt(numbers, misfit), this.dtype);
    this.makeRoom(elements, store);
    const { data } = this;
    for (let from = 0; from < elements; from += ENTRIES_A_STEP) {
      if (from > 0) yield;
      const to = Math.min(elements, from + ENTRIES_A_STEP);
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        for (let index = from; index < to; index++) data[this.length + index] = store.integer(start + index)!;
      } else {
        // Rounds to float32 as GetFloat() does, and wraps to 8 and 16 bits.
        data.set(store.values.subarray(start + from, start + to), this.length + from);
      }
    }
    this.length += elements;
  }

  *add(value: JsonValue): Steps<never> {
    throw wrongType(value, this.dtype);
  }

  finish() {
    return this.data.subarray(0, this.length);
  }

  /** No tensor has more elements than the document has numbers, whatever is expected. */
  private makeRoom(elements: number, store: NumberStore): void {
    const needed = this.length + elements;
    if (needed <= this.data.length) return;
    const expected = this.length === 0 ? elements * this.blocks : 2 * needed;
    const grown = new NUMBER_ARRAYS[this.dtype](Math.max(needed, Math.min(expected, store.length)));
    if (grown instanceof BigInt64Array || grown instanceof BigUint64Array) {
      grown.set(this.data as BigInt64Array);
    } else grown.set(this.data as Float64Array);
    this.data = grown;
  }
}
