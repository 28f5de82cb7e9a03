import { Frame } from './frame.js';
import { JsonObject, JsonString, type JsonValue } from './json-value.js';
import { NumberReader } from './number-reader.js';
import { NumberStore } from './number-store.js';
import { type JsonLimits, JsonTooLargeError, UNLIMITED } from './json-limits.js';
import { skipSpace, startsPlainly } from './lexical.js';
import { JsonError, parseError } from './parse-error.js';
import { MAX_RANK, NUMBER, listOf, type Shape } from './shape.js';
import { StringReader } from './string-reader.js';

/** Lists and objects within each other at most, so that a body of brackets cannot take memory without bound. */
const MAX_DEPTH = 1_000_000;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const N = 0x6e;
const T = 0x74;
const F = 0x66;

const NULL: JsonValue = { kind: 'null' };
const TRUE: JsonValue = { kind: 'boolean', value: true };
const FALSE: JsonValue = { kind: 'boolean', value: false };

/**
 * Reads a document with rapidjson's grammar as TensorFlow Serving sets it (iterative, NaN and infinities, stop when done):
 * what follows the first value is not looked at, a byte order mark is skipped, a zero byte is the end, and strings are not
 * checked to be UTF-8. Throws a `JsonError` that names what is malformed, and a `JsonTooLargeError` as soon as there is more than `limits`
 * allow. The value refers to `bytes`: leave them as they are.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = UNLIMITED): JsonValue {
  if (bytes.length === 0) throw new JsonError('The document is empty');
  return new Parser(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits).parse();
}

class Parser {
  private at = 0;
  private depth = 0;
  private readonly frames: Frame[] = [];
  /** The last shape of a list at each depth: lists of one shape have one object for it. */
  private readonly shapes: Shape[] = [];
  private readonly store = new NumberStore();
  private readonly numbers: NumberReader;
  private readonly strings: StringReader;
  private result: JsonValue | undefined;
  /** How many values of their own there may still be, and how many bytes of names. */
  private valuesLeft: number;
  private nameBytesLeft: number;

  constructor(
    private readonly body: Buffer,
    private readonly limits: JsonLimits,
  ) {
    this.valuesLeft = limits.maxValues;
    this.nameBytesLeft = limits.maxNameBytes;
    this.numbers = new NumberReader(body, this.store, limits.maxNumbers);
    this.strings = new StringReader(body);
  }

  parse(): JsonValue {
    for (const byte of BYTE_ORDER_MARK) if (this.body[this.at] === byte) this.at++;
    let byte = this.peek();
    if ([0, COLON, COMMA, CLOSE_LIST, CLOSE_OBJECT].includes(byte))
      throw parseError('documentEmpty', this.at);
    while (this.result === undefined) {
      this.readStart(byte);
      byte = this.nextStart();
    }
    if (this.limits.isWhole && skipSpace(this.body, this.at) < this.body.length)
      throw parseError('rest', this.at);
    return this.result;
  }

  /** Reads a value that starts with `byte`: all of one that holds no others, of a list or an object only that it opens. */
  private readStart(byte: number): void {
    switch (byte) {
      case OPEN_LIST:
        this.open().openList(this.store.length);
        break;
      case OPEN_OBJECT:
        this.open().openObject();
        break;
      case QUOTE:
        this.readString();
        this.add(new JsonString(this.strings.source, this.strings.start, this.strings.stop));
        break;
      case N:
        this.readName('null', NULL);
        break;
      case T:
        this.readName('true', TRUE);
        break;
      case F:
        this.readName('false', FALSE);
        break;
      default:
        this.readNumbers();
    }
  }

  /** Goes on to the next value: closes what ends before it, and gives its first byte (or any byte after the last value). */
  private nextStart(): number {
    while (this.depth > 0) {
      const frame = this.frames[this.depth - 1]!;
      const byte = this.peek();
      if (frame.names === null) {
        if (byte === CLOSE_LIST) this.closeList(frame);
        else if (frame.alike && frame.size === 0) return byte;
        else if (byte === COMMA) return this.peekAfter();
        else throw parseError('missingCommaInList', this.at);
      } else if (byte === CLOSE_OBJECT) {
        this.closeObject(frame);
      } else {
        if (frame.names.length > 0) {
          if (byte !== COMMA) throw parseError('missingCommaInObject', this.at);
          this.peekAfter();
        }
        this.readMemberName(frame);
        return this.peek();
      }
    }
    return 0;
  }

  private open(): Frame {
    if (this.depth >= Math.min(MAX_DEPTH, this.limits.maxDepth)) throw parseError('tooDeep', this.at);
    this.at++;
    return (this.frames[this.depth++] ??= new Frame());
  }

  private closeList(frame: Frame): void {
    this.at++;
    this.depth--;
    const { size, shape } = frame;
    if (!frame.alike || (shape !== null && shape.rank >= MAX_RANK)) {
      if (frame.alike) this.count(size);
      const items = frame.separate(this.store);
      frame.clear();
      return this.add({ kind: 'list', items });
    }
    let closed = this.shapes[this.depth];
    if (closed === undefined || closed.size !== size || closed.of !== shape) {
      closed = listOf(size, shape);
      this.shapes[this.depth] = closed;
    }
    this.addNumbers(closed, frame.start);
  }

  private closeObject(frame: Frame): void {
    this.at++;
    this.depth--;
    const names = frame.names!;
    const values = frame.separate(this.store);
    frame.clear();
    this.add(new JsonObject(names, values));
  }

  /** Numbers of `shape` at the end of the store: part of the list around them if that is all of the one shape. */
  private addNumbers(shape: Shape, start: number): void {
    const frame = this.depth === 0 ? undefined : this.frames[this.depth - 1]!;
    if (!frame?.takes(shape)) return this.add({ kind: 'numbers', shape, store: this.store, start });
    frame.shape = shape;
    frame.size++;
  }

  private add(value: JsonValue): void {
    if (this.depth === 0) {
      this.result = value;
      return;
    }
    const frame = this.frames[this.depth - 1]!;
    this.count(frame.alike ? 1 + frame.size : 1); // Those that were alike become values of their own.
    frame.add(value, this.store);
  }

  private count(values: number): void {
    this.valuesLeft -= values;
    if (this.valuesLeft < 0) throw new JsonTooLargeError('values', this.limits.maxValues);
  }

  /** A number; in a list of numbers, all that follow it there, and in the lists after it as long as they are alike. */
  private readNumbers(): void {
    const { store } = this;
    const start = store.length;
    const frame = this.depth === 0 ? undefined : this.frames[this.depth - 1]!;
    if (!frame?.takes(NUMBER)) {
      this.at = this.numbers.read(this.at);
      return this.add({ kind: 'numbers', shape: NUMBER, store, start });
    }
    this.at = this.numbers.readRun(this.at);
    frame.shape = NUMBER;
    frame.size += store.length - start;
    if (this.depth > 1) this.readLists(frame, this.frames[this.depth - 2]!);
  }

  /** While `frame`, a list of numbers, ends here just as long as those before it in `outer`, reads on into the next list. */
  private readLists(frame: Frame, outer: Frame): void {
    const { body, store, numbers } = this;
    const { shape } = outer;
    if (!outer.alike || shape === null || shape.of !== NUMBER) return;
    let at = this.at;
    while (at < body.length && body[at] === CLOSE_LIST && frame.size === shape.size) {
      const next = this.skipTo(COMMA, OPEN_LIST, at + 1);
      if (!startsPlainly(body, next)) break;
      outer.size++;
      frame.start = store.length;
      at = numbers.readRun(next);
      frame.size = store.length - frame.start;
    }
    this.at = at;
  }

  /** The offset of what follows the two tokens; the end of the body if they are not what is there. */
  private skipTo(first: number, second: number, from: number): number {
    const { body } = this;
    let at = skipSpace(body, from);
    if (at >= body.length || body[at] !== first) return body.length;
    at = skipSpace(body, at + 1);
    if (at >= body.length || body[at] !== second) return body.length;
    return skipSpace(body, at + 1);
  }

  private readName(name: string, value: JsonValue): void {
    for (let index = 1; index < name.length; index++) {
      if (this.body[++this.at] !== name.charCodeAt(index)) throw parseError('invalidValue', this.at);
    }
    this.at++;
    this.add(value);
  }

  private readString(): void {
    this.strings.read(this.at + 1);
    this.at = this.strings.end;
  }

  private readMemberName(frame: Frame): void {
    if (this.peek() !== QUOTE) throw parseError('missingName', this.at);
    this.readString();
    const { source, start, stop } = this.strings;
    this.nameBytesLeft -= stop - start;
    if (this.nameBytesLeft < 0) throw new JsonTooLargeError('names', this.limits.maxNameBytes);
    if (this.peek() !== COLON) throw parseError('missingColon', this.at);
    this.at++;
    frame.name(source.toString('utf8', start, stop));
  }

  /** Skips whitespace; the byte there, 0 at the end. */
  private peek(): number {
    this.at = skipSpace(this.body, this.at);
    return this.at < this.body.length ? this.body[this.at]! : 0;
  }

  private peekAfter(): number {
    this.at++;
    return this.peek();
  }
}
