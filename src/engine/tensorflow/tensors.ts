import type { Tensor as TfTensor } from '@tensorflow/tfjs-node-gpu';
import type { DType, Tensor, TensorSpec } from '../tensor.js';
import type { TensorFlow } from './binding.js';
import { normalisePixels } from './normalise.js';

/**
 * A tensor of the line as one of tfjs, which shares its memory where the binding can (float32, int32, bool). The
 * caller disposes it.
 */
export function toTf(tf: TensorFlow, tensor: Tensor): TfTensor {
  const { dtype, shape, data } = tensor.normalise ? normalisePixels(tensor, tensor.normalise) : tensor;
  const size = [...shape];
  switch (dtype) {
    case 'float32':
      return tf.tensor(data as Float32Array, size, 'float32');
    case 'int32':
    case 'int64': // The binding widens int32 to the int64 that the graph asks for.
      return tf.tensor(data as Int32Array, size, 'int32');
    case 'uint8': // tfjs has no uint8; the binding narrows int32 to the uint8 that the graph asks for.
      return tf.tensor(Int32Array.from(data as Uint8Array), size, 'int32');
    case 'bool':
      return tf.tensor(data as Uint8Array, size, 'bool');
    case 'complex64': {
      const numbers = data as Float32Array;
      const part = (offset: number): TfTensor =>
        tf.tensor(
          Float32Array.from({ length: numbers.length / 2 }, (_, index) => numbers[2 * index + offset]!),
          size,
        );
      const real = part(0);
      const imaginary = part(1);
      const complex = tf.complex(real, imaginary);
      tf.dispose([real, imaginary]);
      return complex;
    }
    case 'string':
      return tf.tensor([...(data as readonly Uint8Array[])] as unknown as string[], size, 'string');
  }
}

/** What the graph answered, copied out of TensorFlow's memory. Strings as their exact bytes. */
export async function fromTf(output: TfTensor, spec: TensorSpec): Promise<Tensor> {
  const data =
    spec.dtype === 'string'
      ? ((await output.bytes()) as Uint8Array[])
      : await readNumbers(output, spec.dtype);
  return { dtype: spec.dtype, shape: [...output.shape], data };
}

async function readNumbers(
  output: TfTensor,
  dtype: DType,
): Promise<Exclude<Tensor['data'], readonly Uint8Array[]>> {
  const data = await output.data();
  return dtype === 'bool' ? Uint8Array.from(data as ArrayLike<number>) : (data as Float32Array | Int32Array);
}
