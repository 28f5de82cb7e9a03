import { DataType } from '../../saved-model/proto/tensor_pb.js';
import type { Tensor, TensorArrays } from '../tensor.js';
import type { Binding, NativeTensor } from './native-binding.js';

/** The dtypes that the binding carries into TensorFlow as they are, to the last bit. */
export const FED: ReadonlySet<DataType> = new Set([
  DataType.DT_FLOAT,
  DataType.DT_INT32,
  DataType.DT_INT64,
  DataType.DT_UINT8,
  DataType.DT_BOOL,
  DataType.DT_STRING,
]);

/** And those that it carries out. */
export const FETCHED: ReadonlySet<DataType> = new Set([
  DataType.DT_FLOAT,
  DataType.DT_INT32,
  DataType.DT_INT64,
  DataType.DT_BOOL,
  DataType.DT_STRING,
  DataType.DT_COMPLEX64,
]);

/** A copy of `tensor`, of one of the dtypes in `FED`, in TensorFlow's hands. The caller deletes it. */
export function createTensor(binding: Binding, { dtype, shape, data }: Tensor): number {
  const size = [...shape];
  switch (dtype) {
    case 'float32':
      return binding.createTensor(size, binding.TF_FLOAT, data as Float32Array);
    case 'int32':
      return binding.createTensor(size, binding.TF_INT32, data as Int32Array);
    case 'int64': {
      // The binding takes int64 as pairs of int32.
      const { buffer, byteOffset, length } = data as BigInt64Array;
      return binding.createTensor(size, binding.TF_INT64, new Int32Array(buffer, byteOffset, 2 * length));
    }
    case 'uint8':
      return binding.createTensor(size, binding.TF_UINT8, data as Uint8Array);
    case 'bool':
      return binding.createTensor(size, binding.TF_BOOL, data as Uint8Array);
    case 'string':
      return binding.createTensor(size, binding.TF_STRING, [...(data as readonly Uint8Array[])]);
    default:
      throw new Error(`This is a bug. ${dtype} cannot be fed as it is.`);
  }
}

/** What TensorFlow answered, of one of the dtypes in `FETCHED`, copied out of its memory: strings as their exact bytes. */
export function readTensor(binding: Binding, { id, shape }: NativeTensor, dtype: Tensor['dtype']): Tensor {
  return { dtype, shape: [...shape], data: binding.tensorDataSync(id) as TensorArrays[Tensor['dtype']] };
}
