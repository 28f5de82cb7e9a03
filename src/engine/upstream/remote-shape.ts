import { describeTensor, fits, type TensorSpec } from '../tensor.js';
import { unreadable } from './upstream-error.js';

/** As many dimensions as a tensor of TensorFlow has at most (`tensorflow/core/framework/tensor_shape.h`). */
const MAX_RANK = 254;

/**
 * The shape of an answered tensor.
 * @throws EngineError `upstream-failed` unless all sizes, and their product, are whole numbers that are exact
 */
export function readShape(value: unknown, name: string): readonly number[] {
  if (!Array.isArray(value) || value.length > MAX_RANK || !value.every(isSize))
    throw unreadable(`the output ${name} has no shape that is one`);
  let product = 1;
  for (const size of value) {
    product *= size;
    if (!Number.isSafeInteger(product)) throw unreadable(`the shape of the output ${name} is too large`);
  }
  return value;
}

/** A declared shape: any negative size, such as -1, is any size. */
export function readDeclaredShape(value: unknown, name: string): readonly (number | null)[] {
  const sizes = Array.isArray(value) && value.length <= MAX_RANK ? value.map(Number) : [NaN];
  if (!sizes.every((size) => Number.isSafeInteger(size)))
    throw unreadable(`the model's tensor ${name} has no shape that is one`);
  return sizes.map((size) => (size < 0 ? null : size));
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** @throws EngineError `upstream-failed` where the shape of an answered tensor is not one that the model declares */
export function checkDeclared(shape: readonly number[], spec: TensorSpec): void {
  if (fits(shape, spec.shape)) return;
  const { name, dtype } = spec;
  throw unreadable(
    `the output ${name} is ${describeTensor({ dtype, shape })} where the model declares ${describeTensor(spec)}`,
  );
}
