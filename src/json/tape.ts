import { JsonObject, JsonString, type JsonValue } from './json-value.js';
import { rangeOf } from './number-range.js';
import { NumberStore } from './number-store.js';
import { listOf, NUMBER, type Shape } from './shape.js';

/** A document as it goes from one thread to another: a few arrays, most of which are given away rather than copied. */
export interface Tape {
  /** Each value, those that it holds after it: a code, and what belongs to it. */
  readonly codes: Int32Array;
  /** Of members, in the order of the document. */
  readonly names: readonly string[];
  /** Each but the first, which is `NUMBER`: its size, and the shape of its elements as an index, -1 for none. */
  readonly shapes: Int32Array;
  readonly numbers: Pick<NumberStore, 'values' | 'kinds' | 'bits' | 'length' | 'range'>;
  /** The bytes of texts that had escapes. */
  readonly unescaped: Uint8Array<ArrayBuffer>;
  /** Whether there are texts in the document itself, which is needed then. */
  readonly refersToBody: boolean;
}

const NULL = 0;
const TRUE = 1;
const FALSE = 2;
/** With its start and its end in the document. */
const TEXT = 3;
/** With its start and its end in `unescaped`. */
const UNESCAPED = 4;
/** With its shape and its start in the store. */
const NUMBERS = 5;
/** With how many values it holds. */
const LIST = 6;
const OBJECT = 7;

/** @param body that `value` was read from */
export function toTape(value: JsonValue, body: Uint8Array): Tape {
  return new TapeWriter(body).write(value);
}

class TapeWriter {
  private readonly codes: number[] = [];
  private readonly names: string[] = [];
  private readonly shapes: number[] = [];
  private readonly shapeIndex = new Map<Shape, number>([[NUMBER, 0]]);
  private readonly unescaped: Uint8Array[] = [];
  private unescapedBytes = 0;
  private refersToBody = false;
  private store = new NumberStore();

  constructor(private readonly body: Uint8Array) {}

  write(value: JsonValue): Tape {
    const left: JsonValue[] = [value]; // Not by recursion: a document may be deep.
    for (let next = left.pop(); next !== undefined; next = left.pop()) this.one(next, left);
    const { values, kinds, bits, length } = this.store;
    const range = rangeOf(values.subarray(0, length));
    return {
      codes: Int32Array.from(this.codes),
      names: this.names,
      shapes: Int32Array.from(this.shapes),
      numbers: { values, kinds, bits, length, range },
      unescaped: new Uint8Array(Buffer.concat(this.unescaped)),
      refersToBody: this.refersToBody,
    };
  }

  private one(value: JsonValue, left: JsonValue[]): void {
    switch (value.kind) {
      case 'null':
        this.codes.push(NULL);
        return;
      case 'boolean':
        this.codes.push(value.value ? TRUE : FALSE);
        return;
      case 'string':
        this.text(value.bytes);
        return;
      case 'numbers':
        this.store = value.store;
        this.codes.push(NUMBERS, this.shape(value.shape), value.start);
        return;
      case 'list':
        this.codes.push(LIST, value.items.length);
        for (let index = value.items.length - 1; index >= 0; index--) left.push(value.items[index]!);
        return;
      case 'object':
        this.codes.push(OBJECT, value.values.length);
        for (const name of value.names) this.names.push(name);
        for (let index = value.values.length - 1; index >= 0; index--) left.push(value.values[index]!);
    }
  }

  private text(bytes: Uint8Array): void {
    if (bytes.buffer === this.body.buffer) {
      const start = bytes.byteOffset - this.body.byteOffset;
      this.refersToBody = true;
      this.codes.push(TEXT, start, start + bytes.length);
      return;
    }
    this.unescaped.push(bytes);
    this.codes.push(UNESCAPED, this.unescapedBytes, this.unescapedBytes + bytes.length);
    this.unescapedBytes += bytes.length;
  }

  private shape(shape: Shape): number {
    const known = this.shapeIndex.get(shape);
    if (known !== undefined) return known;
    const of = shape.of === null ? -1 : this.shape(shape.of);
    const index = this.shapes.push(shape.size, of) / 2;
    this.shapeIndex.set(shape, index);
    return index;
  }
}

/** @param body of the document; not looked at where `tape.refersToBody` is false */
export function fromTape(tape: Tape, body: Uint8Array): JsonValue {
  const { codes, names, numbers } = tape;
  const store = Object.assign(new NumberStore(), numbers);
  const shapes = shapesOf(tape.shapes);
  const [text, unescaped] = [bufferOf(body), bufferOf(tape.unescaped)];
  let [at, nextName] = [0, 0];
  /** Lists of values that are not full, the innermost last. */
  const open: { readonly values: JsonValue[]; readonly size: number }[] = [];
  const root: JsonValue[] = [];
  open.push({ values: root, size: 1 });
  const read = (): JsonValue => {
    const code = codes[at++]!;
    switch (code) {
      case NULL:
        return { kind: 'null' };
      case TRUE:
      case FALSE:
        return { kind: 'boolean', value: code === TRUE };
      case TEXT:
        return new JsonString(text, codes[at++]!, codes[at++]!);
      case UNESCAPED:
        return new JsonString(unescaped, codes[at++]!, codes[at++]!);
      case NUMBERS:
        return { kind: 'numbers', shape: shapes[codes[at++]!]!, store, start: codes[at++]! };
      default: {
        const values: JsonValue[] = [];
        const size = codes[at++]!;
        open.push({ values, size });
        if (code === LIST) return { kind: 'list', items: values };
        const members = names.slice(nextName, nextName + size);
        nextName += size;
        return new JsonObject(members, values);
      }
    }
  };
  for (;;) {
    const last = open.at(-1);
    if (last === undefined) return root[0]!;
    if (last.values.length === last.size) open.pop();
    else last.values.push(read());
  }
}

function shapesOf(pairs: Int32Array): Shape[] {
  const shapes: Shape[] = [NUMBER];
  for (let at = 0; at < pairs.length; at += 2)
    shapes.push(listOf(pairs[at]!, pairs[at + 1]! < 0 ? null : shapes[pairs[at + 1]!]!));
  return shapes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
