import { each } from './elementwise-rules.js';
import {
  axisOf,
  fixed,
  isConstant,
  like,
  NotApartError,
  ONE,
  type RowNode,
  type RowValue,
} from './row-value.js';
import type { RowRule } from './row-rule.js';
import { known, numberOf, product, type Size } from './size.js';

/** Ops that compute along some of the axes, which must not be that of the rows. */
export const REDUCTION_RULES: Readonly<Record<string, RowRule>> = {
  ...each('Mean Sum Max Min Prod All Any EuclideanNorm ReduceJoin', reduced),
  ...each('ArgMax ArgMin', (node) =>
    without(node.input(0), checkedAxis(node, along(node, node.known(1)[0]))),
  ),
  ...each('Cumsum Cumprod CumulativeLogsumexp Reverse ReverseV2 Roll', (node) => {
    const axes = node.op === 'Roll' ? node.known(2) : node.known(1);
    for (const axis of axes) checkedAxis(node, along(node, axis));
    return like(node.input(0), node.shape(0));
  }),
  ...each('Softmax LogSoftmax', (node) => {
    checkedAxis(node, along(node, -1));
    return like(node.input(0), node.shape(0));
  }),
  ...each('TopK TopKV2', (node) => {
    const value = node.input(0);
    const shape = node.shape(0);
    checkedAxis(node, along(node, -1));
    const count = node.op === 'TopK' ? known(node.attributes.int('k', 1)) : node.numbers(1)[0];
    return like(value, [...shape.slice(0, -1), count ?? node.unknown()]);
  }),
  ...each('MatrixBandPart MatrixInverse Cholesky', (node) => {
    node.othersAreConstant();
    for (const axis of [-1, -2]) checkedAxis(node, along(node, axis));
    return like(node.input(0), node.shape(0));
  }),
};

function along(node: RowNode, axis: number | undefined): number {
  return axisOf(axis ?? NaN, node.shape(0).length);
}

/** @throws NotApartError where the axis is that of the rows */
function checkedAxis(node: RowNode, axis: number): number {
  if (node.input(0).axis === axis) throw new NotApartError('computes over the rows');
  return axis;
}

function without(value: RowValue, axis: number): RowValue {
  const shape = value.shape!.toSpliced(axis, 1);
  const isBefore = value.axis !== null && axis < value.axis;
  return like(value, shape, isBefore ? value.axis! - 1 : value.axis);
}

function reduced(node: RowNode): RowValue {
  const value = node.input(0);
  if (value.axis === null) return ofNumbers(node, value);
  const axes = new Set(node.known(1).map((axis) => checkedAxis(node, along(node, axis))));
  const keeps = node.attributes.flag('keep_dims', false);
  const shape = node.shape(0).map((size, axis) => (axes.has(axis) ? ONE : size));
  if (keeps) return like(value, shape);
  const before = [...axes].filter((axis) => axis < value.axis!).length;
  const rest = shape.filter((_, axis) => !axes.has(axis));
  return like(value, rest, value.axis - before);
}

/** Of sizes, how many elements these make; of what does not hang on the rows, nothing that does. */
function ofNumbers(node: RowNode, { shape, numbers }: RowValue): RowValue {
  const keeps = node.attributes.flag('keep_dims', false);
  if (numbers && shape?.length === 1) {
    const result = totalOf(node, numbers);
    return keeps ? fixed([ONE], [result]) : fixed([], [result]);
  }
  if (!node.inputs.every(isConstant)) throw new NotApartError('computes with the number of rows');
  const axes = node.inputs[1]?.numbers?.map(numberOf);
  if (!shape || !axes || axes.includes(null)) return fixed(null);
  const reducedAxes = new Set(axes.map((axis) => axisOf(axis!, shape.length)));
  if (keeps) return fixed(shape.map((size, axis) => (reducedAxes.has(axis) ? ONE : size)));
  return fixed(shape.filter((_, axis) => !reducedAxes.has(axis)));
}

function totalOf(node: RowNode, numbers: readonly Size[]): Size {
  if (node.op === 'Prod') return product(numbers);
  const values = numbers.map(numberOf);
  if (values.includes(null)) return node.unknownOf(...numbers);
  const all = values as number[];
  switch (node.op) {
    case 'Sum':
      return known(all.reduce((sum, value) => sum + value, 0));
    case 'Max':
      return known(Math.max(...all));
    case 'Min':
      return known(Math.min(...all));
    default:
      return node.unknown();
  }
}
