import { type DType, NUMBER_ARRAYS, type Tensor } from '../../engine/tensor.js';
import { toFloat16 } from '../../numbers/half.js';

const DTYPES: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float64',
  DT_HALF: 'float16',
  DT_INT8: 'int8',
  DT_INT16: 'int16',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
  DT_UINT8: 'uint8',
  DT_UINT16: 'uint16',
  DT_UINT32: 'uint32',
  DT_UINT64: 'uint64',
  DT_BOOL: 'bool',
  DT_STRING: 'string',
};

/** A tensor as the conformance cases write it. */
export interface CaseTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean | { readonly b64: string })[];
}

export function caseTensor({ dtype: name, shape, values }: CaseTensor): Tensor {
  const dtype = DTYPES[name];
  if (dtype === undefined) throw new Error(`The case has an unknown dtype ${name}.`);
  if (dtype === 'string')
    return {
      dtype,
      shape,
      data: values.map((value) => Buffer.from((value as { b64: string }).b64, 'base64')),
    };
  if (dtype === 'int64' || dtype === 'uint64')
    return { dtype, shape, data: new NUMBER_ARRAYS[dtype](values.map((value) => BigInt(value as string))) };
  const numbers = values.map(Number);
  const data = dtype === 'float16' ? Uint16Array.from(numbers, toFloat16) : new NUMBER_ARRAYS[dtype](numbers);
  return { dtype, shape, data };
}

export function float32(shape: readonly number[], ...values: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

export function strings(shape: readonly number[], ...values: readonly string[]): Tensor {
  return { dtype: 'string', shape, data: values.map((value) => Buffer.from(value)) };
}
