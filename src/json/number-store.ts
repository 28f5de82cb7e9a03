import type { NumberRange } from './number-range.js';

// How a literal was spelled: `1` and `1.0` are not the same to an int32.

/** An integer literal within ±(2^53 - 1): its value is exact. */
export const INTEGER = 0;
/** With a decimal point or an exponent, or NaN or an infinity, or an integer literal that no 64 bits hold. */
export const DECIMAL = 1;
/** An integer literal beyond INTEGER that an int64 holds: `bits` has it. */
export const INT64 = 2;
/** An integer literal beyond an int64 that a uint64 holds: `bits` has it. */
export const UINT64 = 3;

/**
 * All numbers of one document in the order in which they stand there, in typed arrays rather than an object each. A
 * number is read once and its entry is never changed; the arrays are replaced as they grow.
 */
export class NumberStore {
  /** The nearest float64 of each. */
  values = new Float64Array(0);
  kinds = new Uint8Array(0);
  /** Only the entries of INT64 and UINT64 mean something, and only they make the array. */
  bits: BigInt64Array | null = null;
  length = 0;
  /** Where it was looked for, that of all numbers. */
  range: NumberRange | null = null;

  add(value: number, kind: typeof INTEGER | typeof DECIMAL): void {
    const index = this.length++;
    this.values[index] = value;
    this.kinds[index] = kind;
  }

  /** `value` is the float64 nearest to `bits`. */
  addBits(value: number, kind: typeof INT64 | typeof UINT64, bits: bigint): void {
    this.bits ??= new BigInt64Array(this.values.length);
    this.bits[this.length] = BigInt.asIntN(64, bits);
    const index = this.length++;
    this.values[index] = value;
    this.kinds[index] = kind;
  }

  /** Makes room for `capacity` numbers. */
  grow(capacity: number): void {
    const { values, kinds, bits } = this;
    this.values = new Float64Array(capacity);
    this.values.set(values);
    this.kinds = new Uint8Array(capacity);
    this.kinds.set(kinds);
    if (bits === null) return;
    this.bits = new BigInt64Array(capacity);
    this.bits.set(bits);
  }

  /** The integer literal at `index`, all of its digits; `null` if it is none. */
  integer(index: number): bigint | null {
    const kind = this.kinds[index];
    if (kind === DECIMAL) return null;
    if (kind === INTEGER) return BigInt(this.values[index]!);
    return kind === INT64 ? this.bits![index]! : BigInt.asUintN(64, this.bits![index]!);
  }
}
