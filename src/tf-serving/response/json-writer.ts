import { decimal } from './decimal.js';
import { type Digits, float32Digits } from './float32.js';

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** More than the bytes of one number: sign, point, nine digits, and zeros or an exponent. */
const LONGEST_NUMBER = 32;

/** Writes JSON into bytes of its own, which grow: numbers become digits without becoming strings first. */
export class JsonWriter {
  private bytes = Buffer.allocUnsafeSlow(4096);
  private length = 0;
  private readonly found: Digits = { digits: 0, count: 0, exponent: 0 };

  /** What was written; the writer is not to be used afterwards. */
  result(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** @param text of ASCII */
  text(text: string): void {
    this.reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length++] = code;
  }

  float32(value: number): void {
    const size = Math.abs(value);
    if (size < 1e6 && size > 0 && size === size >>> 0) {
      this.whole(value);
      this.bytes[this.length++] = POINT;
      this.bytes[this.length++] = ZERO;
      return;
    }
    if (!(size > 0 && size < Infinity) || !float32Digits(size, this.found)) {
      this.text(decimal(value, 'float32'));
      return;
    }
    this.reserve(LONGEST_NUMBER);
    if (value < 0) this.bytes[this.length++] = MINUS;
    this.writeFound();
  }

  float64(value: number): void {
    this.text(decimal(value, 'float64'));
  }

  /** @param value a whole number of 32 bits */
  whole(value: number): void {
    this.reserve(LONGEST_NUMBER);
    if (value < 0) this.bytes[this.length++] = MINUS;
    const size = Math.abs(value);
    let end = 1;
    for (let power = 10; power <= size; power *= 10) end++;
    this.writeDigits(size, end);
  }

  /** The bytes between quotes: what JSON does not allow there is escaped, all else stays as it is, also what is no UTF-8. */
  string(bytes: Uint8Array): void {
    this.reserve(bytes.length + 2);
    this.bytes[this.length++] = QUOTE;
    let copied = 0;
    for (let index = 0; index < bytes.length; index++) {
      const code = bytes[index]!;
      if (code >= 0x20 && code !== QUOTE && code !== BACKSLASH) continue;
      this.append(bytes.subarray(copied, index));
      this.text(escapeOf(code));
      copied = index + 1;
    }
    this.append(bytes.subarray(copied));
    this.byte(QUOTE);
  }

  /** As `{"b64": …}`. */
  base64(bytes: Uint8Array): void {
    this.text('{"b64":"');
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.text(source.toString('base64'));
    this.text('"}');
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Lays the digits out as `decimal` does. */
  private writeFound(): void {
    let { digits, count } = this.found;
    const { exponent } = this.found;
    const precision = count;
    while (digits % 10 === 0) {
      digits /= 10;
      count--;
    }
    if (exponent < -4 || exponent >= precision) {
      this.writePointed(digits, count, 1);
      this.writeExponent(exponent);
    } else if (exponent < 0) {
      this.bytes[this.length++] = ZERO;
      this.bytes[this.length++] = POINT;
      for (let zeros = -1 - exponent; zeros > 0; zeros--) this.bytes[this.length++] = ZERO;
      this.writeDigits(digits, count);
    } else if (exponent >= count - 1) {
      this.writeDigits(digits, count);
      for (let zeros = exponent - count + 1; zeros > 0; zeros--) this.bytes[this.length++] = ZERO;
      this.bytes[this.length++] = POINT;
      this.bytes[this.length++] = ZERO;
    } else {
      this.writePointed(digits, count, exponent + 1);
    }
  }

  /** With a point after the first `whole` of `count` digits, if any follow. */
  private writePointed(digits: number, count: number, whole: number): void {
    const start = this.length;
    if (count <= whole) {
      this.writeDigits(digits, count);
      return;
    }
    this.length++;
    this.writeDigits(digits, count);
    this.bytes.copyWithin(start, start + 1, start + 1 + whole);
    this.bytes[start + whole] = POINT;
  }

  private writeExponent(exponent: number): void {
    const size = Math.abs(exponent);
    this.bytes[this.length++] = 0x65;
    this.bytes[this.length++] = exponent < 0 ? MINUS : 0x2b;
    this.writeDigits(size, size < 100 ? 2 : 3);
  }

  /** @param digits a whole number of 32 bits, without a sign */
  private writeDigits(digits: number, count: number): void {
    let rest = digits;
    for (let index = this.length + count - 1; index >= this.length; index--) {
      const tenth = (rest / 10) >>> 0;
      this.bytes[index] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length += count;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

function escapeOf(code: number): string {
  return JSON.stringify(String.fromCharCode(code)).slice(1, -1);
}
