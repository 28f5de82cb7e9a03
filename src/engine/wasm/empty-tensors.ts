import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elements } from '../tensor.js';
import type { Core } from './backend.js';
import { type Given, type Kernel, memoryOf, mend, outputOf } from './mend-kernel.js';

/** What a reduction makes of no numbers, as TensorFlow has it: by dtype where that matters. */
const REDUCED: Readonly<Record<string, number | { readonly float32: number; readonly int32: number }>> = {
  Sum: 0,
  Prod: 1,
  Mean: NaN,
  Max: { float32: -Infinity, int32: -(2 ** 31) },
  Min: { float32: Infinity, int32: 2 ** 31 - 1 },
  All: 1,
  Any: 0,
};

/** Mends kernels that divide by the size of a tensor without elements, give it another shape, or leave their result unwritten. */
export function mendForEmptyTensors(tf: Core): void {
  mend(tf, 'Transpose', transpose);
  mend(tf, 'GatherV2', gather);
  for (const [name, value] of Object.entries(REDUCED)) {
    mend(tf, name, (original, given) => {
      const { dtype } = given.inputs['x']!;
      return reduce(original, given, typeof value === 'number' ? value : value[dtype as 'float32' | 'int32']);
    });
  }
  for (const name of ['BatchMatMul', '_FusedMatMul']) mend(tf, name, multiply);
  for (const name of ['ArgMax', 'ArgMin']) {
    mend(tf, name, (original, given) => {
      const { x, axis } = reduction(given);
      if (elements(x.shape) > 0) return original(given);
      const shape = x.shape.filter((_, index) => !axis.has(index));
      if (elements(shape) > 0) throw new Error(`${name} finds nothing along a dimension of size 0.`);
      return outputOf(given, shape, 'int32');
    });
  }
}

function transpose(original: Kernel, given: Given): ReturnType<Kernel> {
  const x = given.inputs['x']!;
  const perm = given.attrs!['perm'] as number[];
  // The backend would write beyond the end of its memory.
  if (new Set(perm).size < perm.length)
    throw new Error(`Transpose names a dimension twice: ${perm.join(', ')}.`);
  if (elements(x.shape) > 0) return original(given);
  return outputOf(
    given,
    perm.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

function gather(original: Kernel, given: Given): ReturnType<Kernel> {
  const { x, indices } = given.inputs as unknown as Record<'x' | 'indices', TensorInfo>;
  const batchDims = Number(given.attrs!['batchDims'] ?? 0);
  const axis = from0(Number(given.attrs!['axis'] ?? 0), x.shape.length);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  // An index into nothing is for the original to refuse.
  const isIntoNothing = x.shape[axis] === 0 && elements(indices.shape) > 0;
  return elements(shape) > 0 || isIntoNothing ? original(given) : outputOf(given, shape, x.dtype);
}

/** Of matrices without a dimension to sum over, as if it had one number, 0. */
function multiply(original: Kernel, given: Given): ReturnType<Kernel> {
  const { a, b } = given.inputs as unknown as Record<'a' | 'b', TensorInfo>;
  if (elements(a.shape) > 0 && elements(b.shape) > 0) return original(given);
  const { transposeA, transposeB } = given.attrs as {
    readonly transposeA?: boolean;
    readonly transposeB?: boolean;
  };
  const [rows, inner] = transposeA ? [a.shape.at(-1)!, -2] : [a.shape.at(-2)!, -1];
  const [columns, innerB] = transposeB ? [b.shape.at(-2)!, -1] : [b.shape.at(-1)!, -2];
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  if (elements(shape) === 0) return outputOf(given, shape, a.dtype);
  const inputs = { ...given.inputs, a: withOne(given, a, inner), b: withOne(given, b, innerB) };
  const out = original({ ...given, inputs });
  for (const { dataId } of [inputs.a, inputs.b]) memoryOf(given).disposeData(dataId);
  return out;
}

/** Zeros of the tensor's shape, but of size 1 along the dimension. */
function withOne(given: Given, { shape, dtype }: TensorInfo, axis: number): TensorInfo {
  const zeros = outputOf(given, shape.with(axis, 1), dtype);
  memoryOf(given).typedArrayFromHeap(zeros).fill(0);
  return zeros;
}

function reduce(original: Kernel, given: Given, value: number): ReturnType<Kernel> {
  const { x, axis } = reduction(given);
  if (elements(x.shape) > 0) return original(given);
  const { keepDims } = given.attrs as { readonly keepDims?: boolean };
  const shape = x.shape.flatMap((size, index) => (!axis.has(index) ? [size] : keepDims ? [1] : []));
  const out = outputOf(given, shape, x.dtype);
  if (elements(shape) > 0) memoryOf(given).typedArrayFromHeap(out).fill(value);
  return out;
}

/** What is reduced, and along which dimensions. */
function reduction({ inputs, attrs }: Given): {
  readonly x: TensorInfo;
  readonly axis: ReadonlySet<number>;
} {
  const x = inputs['x']!;
  const given = (attrs!['axis'] ?? attrs!['reductionIndices']) as number | number[] | null | undefined;
  const axes = [given ?? x.shape.map((_, index) => index)].flat();
  return { x, axis: new Set(axes.map((one) => from0(one, x.shape.length))) };
}

function from0(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape that tensors of these shapes have together, as `tf.broadcast_dynamic_shape`. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis + shape.length - rank] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}
