import { NUMBER_ARRAYS, type DType } from '../../engine/tensor.js';
import { JsonString, type JsonNumbers, type JsonValue } from '../../json/json-value.js';
import type { Steps } from '../../turns/slices.js';
import { readBase64 } from './base64.js';
import { numberAt, unsupportedType, wrongType, type Elements } from './elements.js';

/** `true` and `false`, never 1 and 0. */
export class BooleanElements implements Elements {
  private readonly data: number[] = [];

  get length(): number {
    return this.data.length;
  }

  *takes({ shape }: JsonNumbers): Steps<boolean> {
    return shape.elements === 0;
  }

  *addNumbers(numbers: JsonNumbers): Steps<void> {
    if (numbers.shape.elements > 0) throw wrongType(numberAt(numbers, numbers.start), 'bool');
  }

  *add(value: JsonValue): Steps<void> {
    if (value.kind !== 'boolean') throw wrongType(value, 'bool');
    this.data.push(value.value ? 1 : 0);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.data);
  }
}

/** Strings and `{"b64": …}`, in any mixture. */
export class StringElements implements Elements {
  private readonly data: Uint8Array[] = [];

  get length(): number {
    return this.data.length;
  }

  *takes({ shape }: JsonNumbers): Steps<boolean> {
    return shape.elements === 0;
  }

  *addNumbers(numbers: JsonNumbers): Steps<void> {
    if (numbers.shape.elements > 0) throw wrongType(numberAt(numbers, numbers.start), 'string');
  }

  *add(value: JsonValue): Steps<void> {
    if (value.kind === 'object') this.data.push(yield* readBase64(value));
    else if (value instanceof JsonString) this.data.push(value.bytes);
    else throw wrongType(value, 'string');
  }

  finish(): readonly Uint8Array[] {
    return this.data;
  }
}

/** Of a dtype that no JSON value is converted to: only no elements at all will do. */
export class UnsupportedElements implements Elements {
  readonly length = 0;

  constructor(private readonly dtype: Exclude<DType, 'string'>) {}

  *takes({ shape }: JsonNumbers): Steps<boolean> {
    return shape.elements === 0;
  }

  *addNumbers(numbers: JsonNumbers): Steps<void> {
    if (numbers.shape.elements > 0) throw unsupportedType(numberAt(numbers, numbers.start), this.dtype);
  }

  *add(value: JsonValue): Steps<never> {
    throw unsupportedType(value, this.dtype);
  }

  finish() {
    return new NUMBER_ARRAYS[this.dtype](0);
  }
}
