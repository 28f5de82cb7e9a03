import { POWERS_OF_TEN, UNDECIDED, decimal } from './decimal.js';
import { JsonTooLargeError } from './json-limits.js';
import { skipSpace, startsPlainly } from './lexical.js';
import { NumberGrammar, isExponent } from './number-grammar.js';
import { DECIMAL, INTEGER, type NumberStore } from './number-store.js';

const COMMA = 0x2c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const ZERO = 0x30;
/** A point, taken for a digit. */
const POINT_DIGIT = 0x2e ^ ZERO;

/** Bytes that may be looked at after leading zeros: 18 digits, a point, and what follows them. */
const PLAIN_SPAN = 20;

/**
 * Reads lists of numbers from a document into a store. Nearly all time of a request goes by here, so numbers as they are
 * usually spelled are read with small integers of nine digits, and all others by `NumberGrammar`. No float64 is given from one
 * function to another on the way: where V8 does not inline the call, it makes an object for it.
 */
export class NumberReader {
  private readonly grammar: NumberGrammar;

  constructor(
    private readonly body: Buffer,
    private readonly store: NumberStore,
    private readonly most = Infinity,
  ) {
    this.grammar = new NumberGrammar(body, store);
  }

  /** Adds the number that starts at `start`; the offset after it. */
  read(start: number): number {
    this.makeRoom(start);
    return this.grammar.read(start);
  }

  /** Adds the number that starts at `start` and those that follow after commas; the offset after the last. */
  readRun(start: number): number {
    const { body } = this;
    const last = body.length - PLAIN_SPAN;
    let next = start;
    for (;;) {
      this.makeRoom(next);
      const end = next < last - 1 ? this.readPlain(next, last) : this.grammar.read(next);
      if (end >= body.length || body[end] !== COMMA) return end;
      next = skipSpace(body, end + 1);
      if (!startsPlainly(body, next)) return end;
    }
  }

  /** Twice as many numbers, or as many as the document has if it goes on as up to `at`; never more than can still come, or may. */
  private makeRoom(at: number): void {
    const { length, values } = this.store;
    if (length < values.length) return;
    if (length >= this.most) throw new JsonTooLargeError('numbers', this.most);
    const expected = Math.ceil((length * this.body.length * 1.01) / (at + 1));
    const possible = length + ((this.body.length - at) >> 1) + 1;
    this.store.grow(Math.min(Math.max(2 * length, expected, 1024), possible, this.most));
  }

  /** A number of up to nine digits, without an exponent; `last` is where digits may start at most. */
  private readPlain(start: number, last: number): number {
    const { body } = this;
    let at = body[start] === MINUS ? start + 1 : start;
    let point = -1;
    let digit = body[at]! ^ ZERO;
    if (digit > 9) return this.grammar.read(start);
    if (digit === 0) {
      digit = body[++at]! ^ ZERO;
      if (digit !== POINT_DIGIT) return this.readZero(start, at);
      point = at;
      do digit = body[++at]! ^ ZERO;
      while (digit === 0 && at < last);
      if (at >= last) return this.grammar.read(start);
    }
    let high = 0;
    let stop = at + 9;
    for (; digit <= 9 && at < stop; digit = body[++at]! ^ ZERO) high = (Math.imul(high, 10) + digit) | 0;
    if (digit === POINT_DIGIT && point < 0) {
      point = at;
      stop++;
      digit = body[++at]! ^ ZERO;
      for (; digit <= 9 && at < stop; digit = body[++at]! ^ ZERO) high = (Math.imul(high, 10) + digit) | 0;
    }
    if (digit <= 9 || isExponent(digit ^ ZERO)) return this.readLong(start, at, high, point);
    if (point < 0) return this.addInteger(start, at, high);
    const fraction = at - point - 1;
    if (fraction === 0 || fraction >= POWERS_OF_TEN.length) return this.grammar.read(start);
    const { store } = this;
    const value = high / POWERS_OF_TEN[fraction]!;
    store.kinds[store.length] = DECIMAL;
    store.values[store.length++] = body[start] === MINUS ? -value : value;
    return at;
  }

  /** An integer 0 that ends before `at`, unless an exponent follows. */
  private readZero(start: number, at: number): number {
    // An integer has no negative zero.
    if (at > start + 1 || isExponent(this.body[at]!)) return this.grammar.read(start);
    return this.addInteger(start, at, 0);
  }

  private addInteger(start: number, end: number, value: number): number {
    const { store } = this;
    store.kinds[store.length] = INTEGER;
    store.values[store.length++] = this.body[start] === MINUS ? -value : value;
    return end;
  }

  /** What `readPlain` has found up to `from`, with nine more digits at most, or an exponent. */
  private readLong(start: number, from: number, high: number, pointBefore: number): number {
    const { body } = this;
    let at = from;
    let point = pointBefore;
    let low = 0;
    let stop = at + 9;
    let digit = body[at]! ^ ZERO;
    for (; digit <= 9 && at < stop; digit = body[++at]! ^ ZERO) low = (Math.imul(low, 10) + digit) | 0;
    if (digit === POINT_DIGIT && point < 0) {
      point = at;
      stop++;
      digit = body[++at]! ^ ZERO;
      for (; digit <= 9 && at < stop; digit = body[++at]! ^ ZERO) low = (Math.imul(low, 10) + digit) | 0;
    }
    if (digit <= 9 || point === at - 1) return this.grammar.read(start);
    const fraction = point < 0 ? 0 : at - point - 1;
    const lowDigits = at - from - (point >= from ? 1 : 0);
    if (isExponent(digit ^ ZERO)) return this.readScaled(start, at, high, lowDigits, low, fraction);
    if (point < 0) return this.grammar.read(start);
    return this.addDecimal(start, at, high, lowDigits, low, -fraction);
  }

  /** What `readLong` has found up to an exponent at `at`. */
  private readScaled(
    start: number,
    at: number,
    high: number,
    lowDigits: number,
    low: number,
    fraction: number,
  ): number {
    const { body } = this;
    // The last bytes of a document are left to the grammar: an exponent there might not end.
    if (at + 5 >= body.length) return this.grammar.read(start);
    const sign = body[at + 1]!;
    let end = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    const digits = end;
    let exponent = 0;
    while ((body[end]! ^ ZERO) <= 9 && end < digits + 2) exponent = exponent * 10 + (body[end++]! ^ ZERO);
    if (end === digits || (body[end]! ^ ZERO) <= 9) return this.grammar.read(start);
    return this.addDecimal(
      start,
      end,
      high,
      lowDigits,
      low,
      (sign === MINUS ? -exponent : exponent) - fraction,
    );
  }

  /** The number from `start` to `end`, of the parts that `decimal` takes. */
  private addDecimal(
    start: number,
    end: number,
    high: number,
    lowDigits: number,
    low: number,
    exponent: number,
  ): number {
    const value = decimal(high, lowDigits, low, exponent);
    if (value === UNDECIDED) return this.grammar.read(start);
    const { store } = this;
    store.kinds[store.length] = DECIMAL;
    store.values[store.length++] = this.body[start] === MINUS ? -value : value;
    return end;
  }
}
