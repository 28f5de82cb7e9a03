import { each } from './elementwise-rules.js';
import { fixed, isConstant, NotApartError, type RowNode, type RowValue } from './row-value.js';
import type { RowRule } from './row-rule.js';
import { known, numberOf, product } from './size.js';

/** Ops that look at shapes alone. */
export const NUMBERS_RULES: Readonly<Record<string, RowRule>> = {
  Shape: (node) => shapeOf(node.input(0)),
  ShapeN: (node) => node.inputs.map(shapeOf),
  Size: (node) => fixed([], [product(node.shape(0))]),
  Rank: (node) => fixed([], [known(node.shape(0).length)]),
  Range: range,
  ...each('BroadcastArgs InvertPermutation', (node) => {
    if (!node.inputs.every(isConstant)) throw new NotApartError('computes with the number of rows');
    return fixed(null);
  }),
};

function shapeOf({ shape, axis }: RowValue): RowValue {
  if (shape) return fixed([known(shape.length)], shape);
  if (axis !== null) throw new NotApartError('takes a tensor whose rank is not known');
  return fixed(null);
}

/** The numbers of rows would tell rows by their place. */
function range(node: RowNode): RowValue {
  if (!node.inputs.every(isConstant)) throw new NotApartError('counts the rows');
  const [from, to, step] = node.inputs.map(({ numbers }) => (numbers?.[0] ? numberOf(numbers[0]) : null));
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step === 0) {
    const [start, limit] = [node.inputs[0]?.numbers?.[0], node.inputs[1]?.numbers?.[0]];
    const isCount = start && limit && numberOf(start) === 0 && step === 1;
    return fixed([isCount ? limit : node.unknown()]);
  }
  const count = Math.max(0, Math.ceil((to - from) / step));
  const few = count <= 64 ? Array.from({ length: count }, (_, index) => known(from + index * step)) : null;
  return fixed([known(count)], few);
}
