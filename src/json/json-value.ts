import type { NumberStore } from './number-store.js';
import type { Shape } from './shape.js';

/** A document as rapidjson sees it: nothing of a literal is lost, and lists of numbers cost no object per number. */
export type JsonValue = JsonNull | JsonBoolean | JsonString | JsonNumbers | JsonList | JsonObject;

export interface JsonNull {
  readonly kind: 'null';
}

export interface JsonBoolean {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** A number (its shape is `NUMBER`), or lists of numbers that fill a shape, row-major from `start`; also an empty list. */
export interface JsonNumbers {
  readonly kind: 'numbers';
  readonly shape: Shape;
  readonly store: NumberStore;
  readonly start: number;
}

/** A list that is no `JsonNumbers`: of something else, of lists that differ in shape, or deeper than a tensor may be. */
export interface JsonList {
  readonly kind: 'list';
  readonly items: readonly JsonValue[];
}

/** The bytes between the quotes with escapes resolved, not checked to be UTF-8, and perhaps a view of the document. */
export class JsonString {
  readonly kind = 'string';

  constructor(
    private readonly source: Uint8Array,
    private readonly start: number,
    private readonly end: number,
  ) {}

  get bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }

  toString(): string {
    return Buffer.from(
      this.source.buffer,
      this.source.byteOffset + this.start,
      this.end - this.start,
    ).toString();
  }
}

/** All members as they stand in the document, with those whose name comes up again. */
export class JsonObject {
  readonly kind = 'object';

  constructor(
    readonly names: readonly string[],
    readonly values: readonly JsonValue[],
  ) {}

  /** The first of that name. */
  find(name: string): JsonValue | undefined {
    const index = this.names.indexOf(name);
    return index < 0 ? undefined : this.values[index];
  }
}

/** rapidjson's name for the type of a value, as error texts have it. */
export function typeName(value: JsonValue): string {
  switch (value.kind) {
    case 'null':
      return 'Null';
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'string':
      return 'String';
    case 'numbers':
      return value.shape.rank === 0 ? 'Number' : 'Array';
    case 'list':
      return 'Array';
    case 'object':
      return 'Object';
  }
}

/** The elements of a list one by one; `undefined` if the value is no list. */
export function elementsOf(value: JsonValue): Iterable<JsonValue> | undefined {
  if (value.kind === 'list') return value.items;
  if (value.kind === 'numbers' && value.shape.rank > 0) return partsOf(value);
  return undefined;
}

function* partsOf({ shape, store, start }: JsonNumbers): Generator<JsonNumbers> {
  const { size, of } = shape;
  if (of === null) return;
  for (let index = 0; index < size; index++) {
    yield { kind: 'numbers', shape: of, store, start: start + index * of.elements };
  }
}
