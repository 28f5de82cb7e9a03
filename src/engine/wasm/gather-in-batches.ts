import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elements } from '../tensor.js';
import { type Given, type Kernel, memoryOf, outputOf } from './mend-kernel.js';

/**
 * Gathers for each of the first `batchDims` axes by itself. The backend's kernel takes the numbers of one for those of another where there are
 * not as many of them as numbers; without such axes it is right, and so they are made one with the axis that is gathered along.
 */
export function gatherInBatches(original: Kernel, given: Given): ReturnType<Kernel> {
  const { x, indices } = given.inputs as unknown as Record<'x' | 'indices', TensorInfo>;
  const wanted = Number(given.attrs!['batchDims'] ?? 0);
  const batchDims = wanted < 0 ? wanted + indices.shape.length : wanted;
  const along = Number(given.attrs!['axis'] ?? 0);
  const axis = along < 0 ? along + x.shape.length : along;
  const batch = elements(indices.shape.slice(0, batchDims));
  if (batch <= 1 || axis < batchDims || elements(x.shape) === 0) return original(given);
  const [outer, size] = [elements(x.shape.slice(batchDims, axis)), x.shape[axis]!];
  const memory = memoryOf(given);
  const numbers = memory.readSync(indices.dataId);
  const each = numbers.length / batch;
  const places = new Int32Array(numbers.length * outer);
  for (let place = 0; place < places.length; place++) {
    const part = Math.floor(place / each);
    const number = numbers[Math.floor(part / outer) * each + (place % each)]!;
    if (number < 0 || number >= size)
      throw new Error(`GatherV2: the index value ${number} is not in [0, ${size - 1}].`);
    places[place] = part * size + number;
  }
  const flat = outputOf(given, [places.length], 'int32');
  memory.typedArrayFromHeap(flat).set(places);
  const slice = x.shape.slice(axis + 1);
  const inputs = { x: { ...x, shape: [batch * outer * size, ...slice] }, indices: flat };
  try {
    const gathered = original({ ...given, inputs, attrs: { axis: 0, batchDims: 0 } }) as TensorInfo;
    const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...slice];
    return { ...gathered, shape };
  } finally {
    memory.disposeData(flat.dataId);
  }
}
