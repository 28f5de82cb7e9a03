import type { NamedTensors } from './engine.js';
import { elements, entriesPerElement, type Tensor } from './tensor.js';

/** How many rows a request brings: its inputs' first dimension, the largest if they differ. */
export function rowsOf(inputs: NamedTensors): number {
  const [first = 1, ...others] = Object.values(inputs).map(({ shape }) => shape[0] ?? 1);
  return Math.max(first, ...others);
}

/**
 * One request made of several, their rows one after the other.
 * @param padTo rows to make of them: the last one is repeated. Where there is none to repeat, nothing is added
 */
export function joinRows(requests: readonly NamedTensors[], padTo = 0): NamedTensors {
  const [first] = requests;
  if (!first) return {};
  if (requests.length === 1 && rowsOf(first) >= padTo) return first;
  return Object.fromEntries(
    Object.keys(first).map((name) => [
      name,
      joinTensors(
        requests.map((request) => request[name]!),
        padTo,
      ),
    ]),
  );
}

function joinTensors(tensors: readonly Tensor[], padTo: number): Tensor {
  const first = tensors[0]!;
  const given = tensors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const rows = given === 0 ? 0 : Math.max(given, padTo);
  const shape = [rows, ...first.shape.slice(1)];
  const width = elements(first.shape.slice(1)) * entriesPerElement(first.dtype);
  if (!ArrayBuffer.isView(first.data)) {
    const data = tensors.flatMap((tensor) => tensor.data as Uint8Array[]);
    const lastRow = data.slice(data.length - width);
    for (let row = given; row < rows; row++) data.push(...lastRow);
    return { ...first, shape, data };
  }
  const Numbers = first.data.constructor as Float32ArrayConstructor;
  const data = new Numbers(rows * width);
  let offset = 0;
  for (const tensor of tensors) {
    const part = tensor.data as Float32Array;
    data.set(part, offset);
    offset += part.length;
  }
  for (; offset < data.length; offset += width) data.copyWithin(offset, (given - 1) * width, given * width);
  return { ...first, shape, data };
}

/**
 * Each request's share of the answer to their joined request; what was padding is cut off. Shares look into the answer; they do
 * not copy.
 * @throws RangeError if an output does not have as many rows as went in
 */
export function splitRows(outputs: NamedTensors, counts: readonly number[], padTo = 0): NamedTensors[] {
  const given = counts.reduce((sum, count) => sum + count, 0);
  const total = given === 0 ? 0 : Math.max(given, padTo);
  for (const [name, { shape }] of Object.entries(outputs)) {
    if (shape[0] !== total)
      throw new RangeError(`The output ${name} has ${shape[0] ?? 'no'} rows for ${total} rows of input.`);
  }
  let start = 0;
  return counts.map((count) => {
    const from = start;
    start += count;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, slice(tensor, from, count)]),
    );
  });
}

function slice(tensor: Tensor, from: number, count: number): Tensor {
  const shape = [count, ...tensor.shape.slice(1)];
  const width = elements(tensor.shape.slice(1)) * entriesPerElement(tensor.dtype);
  const data = tensor.data as Float32Array & readonly Uint8Array[];
  const share = ArrayBuffer.isView(tensor.data)
    ? data.subarray(from * width, (from + count) * width)
    : data.slice(from * width, (from + count) * width);
  return { ...tensor, shape, data: share };
}
