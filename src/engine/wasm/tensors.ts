import type { Tensor as WasmTensor } from '@tensorflow/tfjs-core';
import { EngineError } from '../engine.js';
import { normalisePixels } from '../normalise.js';
import { type DType, NUMBER_ARRAYS, type Tensor, type TensorArrays } from '../tensor.js';
import type { Core } from './backend.js';
import { asInt32 } from './weights.js';

/**
 * A copy of `tensor` for TensorFlow.js, as the graph takes it. The caller disposes of it.
 * @throws EngineError `input` if an int64 does not fit into 32 bits
 */
export function createTensor(tf: Core, name: string, tensor: Tensor): WasmTensor {
  const { dtype, shape, data } = tensor.normalise ? normalisePixels(tensor, tensor.normalise) : tensor;
  const size = [...shape];
  switch (dtype) {
    case 'float32':
      return tf.tensor(data as Float32Array, size, 'float32');
    case 'int32':
      return tf.tensor(data as Int32Array, size, 'int32');
    case 'int64':
      return tf.tensor(int32Of(name, data as BigInt64Array), size, 'int32');
    case 'uint8':
    case 'int8':
    case 'uint16':
    case 'int16':
      return tf.tensor(
        Int32Array.from(data as Uint8Array | Int8Array | Uint16Array | Int16Array),
        size,
        'int32',
      );
    case 'bool':
      return tf.tensor(data as Uint8Array, size, 'bool');
    case 'string':
      return tf.tensor([...(data as readonly Uint8Array[])], size, 'string');
    default:
      throw new Error(`This is a bug. A signature with ${dtype} was not refused.`);
  }
}

function int32Of(name: string, numbers: BigInt64Array): Int32Array {
  const fitting = asInt32(numbers);
  if (fitting) return fitting;
  throw new EngineError(
    'input',
    `The input ${name} has a whole number beyond -2147483648 to 2147483647, which is all that the WebAssembly engine holds; ` +
      'native TensorFlow holds 64 bits.',
  );
}

/** What TensorFlow.js answered, copied out of its memory, in the dtype of the signature. */
export function readTensor(tf: Core, tensor: WasmTensor, dtype: DType): Tensor {
  return { dtype, shape: [...tensor.shape], data: read(tf, tensor, dtype) };
}

function read(tf: Core, tensor: WasmTensor, dtype: DType): TensorArrays[DType] {
  switch (dtype) {
    case 'string':
      // `dataSync` would decode them as UTF-8.
      return tf.engine().readSync(tensor.dataId) as Uint8Array[];
    case 'int64':
      return BigInt64Array.from(tensor.dataSync<'int32'>(), BigInt);
    case 'uint8':
    case 'int8':
    case 'uint16':
    case 'int16':
      return NUMBER_ARRAYS[dtype].from(tensor.dataSync<'int32'>());
    default:
      return tensor.dataSync() as Float32Array | Int32Array | Uint8Array;
  }
}
