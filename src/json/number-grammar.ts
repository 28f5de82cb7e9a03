import { DECIMAL, INT64, INTEGER, UINT64, type NumberStore } from './number-store.js';
import { parseError } from './parse-error.js';

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const CAPITAL_N = 0x4e;
const SMALL_I = 0x69;

/** Digits of 2^64 - 1. */
const UINT64_DIGITS = 20;
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** Reads any literal of a number that rapidjson reads (`ParseNumber` of its `include/rapidjson/reader.h`). */
export class NumberGrammar {
  constructor(
    private readonly body: Buffer,
    private readonly store: NumberStore,
  ) {}

  /**
   * Adds the number that starts at `start` to the store, rounded to the nearest float64 (rapidjson may be a few units off); the
   * offset after it. Throws the parse error of one that is malformed, or beyond a float64.
   */
  read(start: number): number {
    let at = start;
    const minus = this.byte(at) === MINUS;
    if (minus) at++;
    if (!this.isDigit(at)) return this.readName(at, minus);
    at = this.byte(at) === ZERO ? at + 1 : this.skipDigits(at);
    let integer = true;
    if (this.byte(at) === POINT) {
      integer = false;
      if (!this.isDigit(at + 1)) throw parseError('missingFraction', at + 1);
      at = this.skipDigits(at + 1);
    }
    if (isExponent(this.byte(at))) {
      integer = false;
      at++;
      if (this.byte(at) === PLUS || this.byte(at) === MINUS) at++;
      if (!this.isDigit(at)) throw parseError('missingExponent', at);
      at = this.skipDigits(at);
    }
    const text = this.body.toString('latin1', start, at);
    const value = Number(text);
    if (!Number.isFinite(value)) throw parseError('numberTooBig', start);
    if (integer) this.addInteger(text, value);
    else this.store.add(value, DECIMAL);
    return at;
  }

  private addInteger(text: string, value: number): void {
    // An integer has no negative zero.
    if (Number.isSafeInteger(value)) return this.store.add(value === 0 ? 0 : value, INTEGER);
    const bits = text.length <= UINT64_DIGITS ? BigInt(text) : UINT64_MAX + 1n;
    if (bits > UINT64_MAX || bits < -INT64_MAX - 1n) return this.store.add(value, DECIMAL);
    this.store.addBits(value, bits > INT64_MAX ? UINT64 : INT64, bits);
  }

  /** `NaN`, `Inf` or `Infinity`. */
  private readName(at: number, minus: boolean): number {
    if (this.byte(at) === CAPITAL_N) {
      this.store.add(NaN, DECIMAL);
      return this.skipName('NaN', at);
    }
    this.store.add(minus ? -Infinity : Infinity, DECIMAL);
    const end = this.skipName('Inf', at);
    return this.byte(end) === SMALL_I ? this.skipName('inity', end) : end;
  }

  private skipName(name: string, at: number): number {
    for (let index = 0; index < name.length; index++) {
      if (this.byte(at + index) !== name.charCodeAt(index)) throw parseError('invalidValue', at + index);
    }
    return at + name.length;
  }

  /** 0 beyond the end, which no token has. */
  private byte(at: number): number {
    return at < this.body.length ? this.body[at]! : 0;
  }

  private isDigit(at: number): boolean {
    return (this.byte(at) ^ ZERO) <= 9;
  }

  private skipDigits(at: number): number {
    let end = at;
    while (this.isDigit(end)) end++;
    return end;
  }
}

/** `e` or `E`. */
export function isExponent(byte: number): boolean {
  return (byte | 0x20) === 0x65;
}
