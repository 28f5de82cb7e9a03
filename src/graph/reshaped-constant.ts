import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { type Constant, int32Values } from './constant.js';

/**
 * The shape that a node gives to a constant whose elements it leaves as they are; `null` if it does anything else.
 * @param argument its second input, if that is a constant as well
 */
export function reshapedConstant(
  { op, attr }: NodeDef,
  { shape }: Pick<Constant, 'shape'>,
  argument: Constant | undefined,
): number[] | null {
  switch (op) {
    case 'Reshape':
      return argument ? filledIn(wholeNumbers(argument), shape) : null;
    case 'ExpandDims': {
      const [axis] = argument ? (wholeNumbers(argument) ?? []) : [];
      if (axis === undefined || axis < -shape.length - 1 || axis > shape.length) return null;
      return shape.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
    }
    case 'Squeeze': {
      const list = attr['squeeze_dims']?.value;
      const axes = list?.case === 'list' ? list.value.i.map(Number) : [];
      const named = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
      if ([...named].some((axis) => shape[axis] !== 1)) return null;
      return shape.filter((size, axis) => size !== 1 || (named.size > 0 && !named.has(axis)));
    }
    default:
      return null;
  }
}

/** The numbers of a constant of int32 or int64; `null` if it is another. */
export function wholeNumbers(constant: Constant): number[] | null {
  if (constant.dataType === DataType.DT_INT32) return [...int32Values(constant)];
  if (constant.dataType !== DataType.DT_INT64) return null;
  const bytes = new Uint8Array(constant.bytes); // Aligned.
  return Array.from(new BigInt64Array(bytes.buffer), Number);
}

/** `wanted` with its -1 made the size that is left. */
function filledIn(wanted: number[] | null, shape: readonly number[]): number[] | null {
  if (!wanted) return null;
  const count = product(shape);
  const known = product(wanted.filter((size) => size !== -1));
  const filled = wanted.map((size) => (size === -1 ? count / known : size));
  return product(filled) === count && filled.every((size) => Number.isInteger(size) && size >= 0)
    ? filled
    : null;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
