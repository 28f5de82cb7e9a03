import { parseError } from './parse-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const U = 0x75;

/** What stands after a backslash, and the byte that is meant. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([name, meant]) => [name.charCodeAt(0), meant.charCodeAt(0)],
  ),
);

/** Reads strings from a document byte by byte; what it read is left in the fields. */
export class StringReader {
  /** Where the bytes of the string are, from `start` to `stop`: the document itself if nothing was escaped. */
  source: Buffer;
  start = 0;
  stop = 0;
  /** The offset in the document after the closing quote. */
  end = 0;

  constructor(private readonly body: Buffer) {
    this.source = body;
  }

  /** `at` is the offset after the opening quote. */
  read(at: number): void {
    const plain = this.skipPlain(at);
    if (plain === this.body.length || this.body[plain] !== BACKSLASH) {
      this.close(plain);
      this.source = this.body;
      this.start = at;
      this.stop = plain;
      return;
    }
    this.source = Buffer.allocUnsafeSlow(this.lengthAtMost(plain) + plain - at);
    this.start = 0;
    this.stop = this.body.copy(this.source, 0, at, plain);
    this.unescape(plain);
  }

  /** The offset of the first byte from `at` on that is not copied as it is. */
  private skipPlain(at: number): number {
    const { body } = this;
    const { length } = body;
    let end = at;
    while (end < length) {
      const byte = body[end]!;
      if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
      end++;
    }
    return end;
  }

  /** `at` is where the string ends, if it does. A zero byte is the end of the document to rapidjson. */
  private close(at: number): void {
    if (at === this.body.length || this.body[at] === 0) throw parseError('missingQuote', at);
    if (this.body[at] !== QUOTE) throw parseError('invalidEscape', at);
    this.end = at + 1;
  }

  /** Bytes from `at` to the closing quote, or what there is: no escape stands for more bytes than it has. */
  private lengthAtMost(at: number): number {
    let end = at;
    while (end < this.body.length && this.body[end] !== QUOTE && this.body[end] !== 0) {
      end += this.body[end] === BACKSLASH ? 2 : 1;
    }
    return Math.min(end, this.body.length) - at;
  }

  private unescape(from: number): void {
    let at = from;
    while (at < this.body.length && this.body[at] === BACKSLASH) {
      const meant = ESCAPES.get(this.body[at + 1] ?? 0);
      if (meant !== undefined) {
        this.source[this.stop++] = meant;
        at += 2;
      } else {
        at = this.unescapeCodePoint(at);
      }
      const plain = this.skipPlain(at);
      this.stop += this.body.copy(this.source, this.stop, at, plain);
      at = plain;
    }
    this.close(at);
  }

  /** `\u20AC`, or two that are a surrogate pair. A low surrogate by itself passes, as it does in rapidjson 1.1.0. */
  private unescapeCodePoint(at: number): number {
    if (this.body[at + 1] !== U) throw parseError('invalidEscape', at);
    const first = this.hex(at + 2, at);
    if (first < 0xd800 || first > 0xdbff) {
      this.encode(first);
      return at + 6;
    }
    if (this.body[at + 6] !== BACKSLASH || this.body[at + 7] !== U) throw parseError('invalidSurrogate', at);
    const second = this.hex(at + 8, at);
    if (second < 0xdc00 || second > 0xdfff) throw parseError('invalidSurrogate', at);
    this.encode(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    return at + 12;
  }

  private hex(at: number, escape: number): number {
    const digits = this.body.toString('latin1', at, at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw parseError('invalidHex', escape);
    return Number.parseInt(digits, 16);
  }

  /** In UTF-8, without a look at whether the code point is one. */
  private encode(code: number): void {
    const { source } = this;
    if (code < 0x80) {
      source[this.stop++] = code;
      return;
    }
    const tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    source[this.stop++] = [0xc0, 0xe0, 0xf0][tails - 1]! | (code >> (6 * tails));
    for (let tail = tails - 1; tail >= 0; tail--) {
      source[this.stop++] = 0x80 | ((code >> (6 * tail)) & 0x3f);
    }
  }
}
