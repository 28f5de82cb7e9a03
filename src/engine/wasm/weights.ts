import { bytesOf, type Constant, constantOf } from '../../graph/constant.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';

/** A constant as TensorFlow.js holds it. */
export interface Weight {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The value of a `Const` node; `null` if TensorFlow.js has no dtype that holds it. */
export function weightOf(node: NodeDef): Weight | null {
  const constant = constantOf(node);
  if (!constant) return null;
  const { dataType, shape, bytes } = constant;
  if (dataType === DataType.DT_FLOAT) return { dtype: 'float32', shape, bytes };
  if (dataType === DataType.DT_INT32) return { dtype: 'int32', shape, bytes };
  if (dataType === DataType.DT_BOOL) return { dtype: 'bool', shape, bytes };
  const numbers = wholeNumbers(constant);
  const fitting = numbers && asInt32(numbers);
  return fitting && { dtype: 'int32', shape, bytes: bytesOf(fitting) };
}

/** int32 of the same values; `null` if one does not fit. */
export function asInt32(numbers: Iterable<number | bigint> & { readonly length: number }): Int32Array | null {
  const fitting = new Int32Array(numbers.length);
  let index = 0;
  for (const number of numbers) {
    fitting[index] = Number(number);
    if (fitting[index] !== Number(number)) return null;
    index++;
  }
  return fitting;
}

type WholeNumbers = BigInt64Array | Uint8Array | Int8Array | Uint16Array | Int16Array;

function wholeNumbers({ dataType, bytes }: Constant): WholeNumbers | null {
  const buffer = new Uint8Array(bytes).buffer; // Aligned.
  switch (dataType) {
    case DataType.DT_INT64:
      return new BigInt64Array(buffer);
    case DataType.DT_UINT8:
      return bytes;
    case DataType.DT_INT8:
      return new Int8Array(buffer);
    case DataType.DT_UINT16:
      return new Uint16Array(buffer);
    case DataType.DT_INT16:
      return new Int16Array(buffer);
    default:
      return null;
  }
}
