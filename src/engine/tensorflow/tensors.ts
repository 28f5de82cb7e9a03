import type { DType, Tensor, TensorArrays, TensorSpec } from '../tensor.js';
import { normalisePixels } from './normalise.js';
import type { Binding, NativeTensor } from './native-binding.js';

/** A copy of `tensor` in TensorFlow's hands, as the graph takes it. The caller deletes it. */
export function createTensor(binding: Binding, tensor: Tensor): number {
  const { dtype, shape, data } = tensor.normalise ? normalisePixels(tensor, tensor.normalise) : tensor;
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
    case 'complex64':
      return createComplex(binding, size, data as Float32Array);
    case 'string':
      return binding.createTensor(size, binding.TF_STRING, [...(data as readonly Uint8Array[])]);
  }
}

/** Runs one of TensorFlow's ops on tensors, outside any graph. */
function applyOp(
  binding: Binding,
  name: string,
  attributes: Readonly<Record<string, number | boolean>>,
  inputs: number[],
): number {
  const typed = Object.entries(attributes).map(([attribute, value]) => {
    const type = typeof value === 'boolean' ? binding.TF_ATTR_BOOL : binding.TF_ATTR_TYPE;
    return { name: attribute, type, value };
  });
  const [output] = binding.executeOp(name, typed, inputs, 1);
  return output!.id;
}

/** The binding makes no complex tensors; TensorFlow's `Complex` op does, of real and imaginary parts. */
function createComplex(binding: Binding, shape: number[], numbers: Float32Array): number {
  const part = (offset: number): number => {
    const values = Float32Array.from(
      { length: numbers.length / 2 },
      (_, index) => numbers[2 * index + offset]!,
    );
    return binding.createTensor(shape, binding.TF_FLOAT, values);
  };
  const parts = [part(0), part(1)];
  try {
    return applyOp(binding, 'Complex', { T: binding.TF_FLOAT, Tout: binding.TF_COMPLEX64 }, parts);
  } finally {
    for (const id of parts) binding.deleteTensor(id);
  }
}

/** What TensorFlow answered, copied out of its memory: int64 to the last bit, strings as their exact bytes. */
export function readTensor(binding: Binding, { id, shape }: NativeTensor, { dtype }: TensorSpec): Tensor {
  const data = dtype === 'uint8' ? readUint8(binding, id) : binding.tensorDataSync(id);
  return { dtype, shape: [...shape], data: data as TensorArrays[DType] };
}

/** The binding reads no uint8, but the int32 that TensorFlow makes of it. */
function readUint8(binding: Binding, id: number): Uint8Array {
  const attributes = { SrcT: binding.TF_UINT8, DstT: binding.TF_INT32, Truncate: false };
  const wide = applyOp(binding, 'Cast', attributes, [id]);
  try {
    return Uint8Array.from(binding.tensorDataSync(wide) as Int32Array);
  } finally {
    binding.deleteTensor(wide);
  }
}
