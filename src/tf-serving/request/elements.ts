import type { DType, TensorArrays } from '../../engine/tensor.js';
import { excerpt } from '../../json/excerpt.js';
import { typeName, type JsonNumbers, type JsonValue } from '../../json/json-value.js';
import { NUMBER } from '../../json/shape.js';
import type { Steps } from '../../turns/slices.js';
import { StatusError } from '../status.js';
import { dtypeName } from './dtype-name.js';
import { invalidValue } from './request-error.js';

/** Takes the elements of one tensor in row-major order, and refuses what its dtype does not take. */
export interface Elements {
  readonly length: number;
  /** Whether `addNumbers` takes all of them. */
  takes(numbers: JsonNumbers): Steps<boolean>;
  /** Adds the numbers of a block; throws for the first that the dtype does not take. */
  addNumbers(numbers: JsonNumbers): Steps<void>;
  /** Adds an element that is neither a number nor a list. */
  add(value: JsonValue): Steps<void>;
  /** What was added. */
  finish(): TensorArrays[DType];
}

/** One number of a block, as a value of its own. */
export function numberAt({ store }: JsonNumbers, index: number): JsonNumbers {
  return { kind: 'numbers', shape: NUMBER, store, start: index };
}

export function wrongType(value: JsonValue, dtype: DType): StatusError {
  return invalidValue(value, `Type: ${typeName(value)} is not of expected type: ${dtypeName(dtype)}`);
}

/** For a dtype that no JSON value is converted to. */
export function unsupportedType(value: JsonValue, dtype: DType): StatusError {
  if (value.kind === 'object') return wrongType(value, dtype);
  return new StatusError(
    'UNIMPLEMENTED',
    `Conversion of JSON Value: ${excerpt(value)} to type: ${dtypeName(dtype)}`,
  );
}
