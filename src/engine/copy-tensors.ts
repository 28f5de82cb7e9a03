import type { NamedTensors } from './engine.js';
import { NUMBER_ARRAYS, type Tensor } from './tensor.js';

/** The same numbers in memory of their own: whoever has the first ones may release them. Strings, which nobody releases, are shared. */
export function copyTensors(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyOf(tensor)]));
}

function copyOf(tensor: Tensor): Tensor {
  const { dtype, data } = tensor;
  if (dtype === 'string' || !ArrayBuffer.isView(data)) return tensor;
  const copy = new Uint8Array(data.byteLength);
  copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { ...tensor, data: new NUMBER_ARRAYS[dtype](copy.buffer) };
}
