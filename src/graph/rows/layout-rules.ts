import { broadcast, each, sum } from './elementwise-rules.js';
import {
  axisOf,
  fixed,
  inRows,
  isConstant,
  isOne,
  like,
  NotApartError,
  ONE,
  type RowNode,
  type RowValue,
} from './row-value.js';
import type { RowRule } from './row-rule.js';
import { isCounted, isNumber, isSame, known, numberOf, over, product, type Size, times } from './size.js';

/** Ops that lay the same elements out otherwise. */
export const LAYOUT_RULES: Readonly<Record<string, RowRule>> = {
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: (node) => {
    const value = node.input(0);
    if (value.axis === null && !value.shape) return fixed(null);
    const shape = node.shape(0);
    const at = axisOf(node.known(1)[0] ?? NaN, shape.length + 1);
    return reshaped(value, shape.toSpliced(at, 0, ONE), value.axis !== null && at <= value.axis ? 1 : 0);
  },
  ...each('Transpose ConjugateTranspose', transpose),
  Tile: (node) => {
    const value = node.input(0);
    const repeats = node.numbers(1);
    const shape = node.shape(0).map((size, axis) => times(size, repeats[axis] ?? ONE));
    if (value.axis === null) return spread(value, shape, repeats);
    if (!isOne(repeats[value.axis])) throw new NotApartError('repeats all rows');
    return inRows(shape, value.axis, value.rounds);
  },
  BroadcastTo: (node) => {
    const value = node.input(0);
    const sizes = node.numbers(1);
    if (value.axis === null) return spread(value, sizes, sizes);
    const filled = fixed(sizes.map((size) => (isCounted(size) ? ONE : size)));
    const result = broadcast(node, [value, filled]);
    if (!isSame(result.shape![result.axis!]!, sizes[result.axis!]!))
      throw new NotApartError('repeats all rows');
    return result;
  },
  Fill: (node) => {
    const sizes = node.numbers(0);
    if (!isConstant(node.input(1))) throw new NotApartError('fills with what it takes from the rows');
    return spread(fixed([]), sizes, sizes);
  },
  ...each('Pad PadV2 MirrorPad', padded),
};

/** What is the same for all requests, repeated; for each row once where one of the numbers is that of the rows. */
function spread(value: RowValue, shape: readonly Size[], repeats: readonly Size[]): RowValue {
  if (!isConstant(value)) throw new NotApartError('repeats the number of rows');
  const axis = repeats.findIndex(isCounted);
  if (axis < 0) return fixed(shape);
  const own = value.shape?.at(axis - repeats.length);
  const isRepeated = value.shape !== null && (value.shape.length < repeats.length - axis || isOne(own));
  if (!isRepeated) throw new NotApartError('repeats several for each row');
  return inRows(shape, axis);
}

function reshaped(value: RowValue, shape: readonly Size[], shift: number): RowValue {
  if (value.axis === null) return fixed(shape, value.numbers);
  return like(value, shape, value.axis + shift);
}

function reshape(node: RowNode): RowValue {
  const value = node.input(0);
  const wanted = node.input(1);
  if (value.axis === null) {
    const sizes = wanted.numbers;
    if (sizes?.some(isCounted)) throw new NotApartError('makes a shape that hangs on the number of rows');
    const isKnown = sizes?.every((size) => !isNumber(size, -1));
    if (isKnown) return fixed(sizes!, value.numbers);
    const filled = sizes && value.shape ? filledIn(node, sizes, product(value.shape)) : null;
    if (!filled && !isConstant(value)) throw new NotApartError('computes with the number of rows');
    return fixed(filled, value.numbers);
  }
  const shape = node.shape(0);
  const sizes = filledIn(node, node.numbers(1), product(shape));
  if (sizes.length === shape.length && sizes.every((size, axis) => isSame(size, shape[axis]!))) return value;
  if (value.rounds !== 1) throw new NotApartError('takes the rows for something other than pictures');
  return inRows(sizes, sameAxis(shape, value.axis, sizes));
}

/** `wanted` with what is left for its -1. */
function filledIn(node: RowNode, wanted: readonly Size[], total: Size): readonly Size[] {
  const at = wanted.findIndex((size) => isNumber(size, -1));
  if (at < 0) return wanted;
  const others = product(wanted.filter((_, index) => index !== at));
  const left = over(total, others);
  if (left) return wanted.with(at, left);
  // Nobody knows how much, but how it hangs on the number of rows.
  const batch = total.batch - others.batch;
  if (batch !== 0 && batch !== 1) throw new NotApartError('makes a shape that hangs on the number of rows');
  return wanted.with(at, { ...node.unknown(), batch });
}

/**
 * The axis along which the rows lie in the new shape: as much must lie before it as did.
 * @throws NotApartError
 */
function sameAxis(shape: readonly Size[], axis: number, sizes: readonly Size[]): number {
  const at = sizes.findIndex(({ batch }) => batch === 1);
  const [before, now] = [product(shape.slice(0, axis)), product(sizes.slice(0, Math.max(at, 0)))];
  if (at < 0 || !isSame(before, now)) throw new NotApartError('makes other rows of the rows');
  return at;
}

/** Without named axes it takes away the rows' own where there is one row. */
function squeeze(node: RowNode): RowValue {
  const value = node.input(0);
  const named = node.attributes.ints('squeeze_dims');
  if (value.axis === null && (!value.shape || named.length === 0))
    return fixed(
      value.shape?.every((size) => numberOf(size) !== null)
        ? value.shape.filter((size) => !isOne(size))
        : null,
      value.numbers,
    );
  const shape = node.shape(0);
  const axes = new Set(named.map((axis) => axisOf(axis, shape.length)));
  if (value.axis !== null && (axes.size === 0 || axes.has(value.axis)))
    throw new NotApartError('takes away the axis of the rows where there is one row');
  const before = [...axes].filter((axis) => axis < (value.axis ?? 0)).length;
  return reshaped(
    value,
    shape.filter((_, axis) => !axes.has(axis)),
    -before,
  );
}

function transpose(node: RowNode): RowValue {
  const value = node.input(0);
  if (value.axis === null && !value.shape) return fixed(null);
  const order = node.known(1);
  const shape = node.shape(0);
  if (order.length !== shape.length) throw new NotApartError('names an axis that is not there');
  const turned = order.map((axis) => shape[axisOf(axis, shape.length)]!);
  return like(value, turned, value.axis === null ? null : order.indexOf(value.axis));
}

function padded(node: RowNode): RowValue {
  const value = node.input(0);
  node.othersAreConstant(2);
  if (value.axis === null && !value.shape) return fixed(null);
  const shape = node.shape(0);
  const pads = node.numbers(1);
  if (value.axis !== null && ![0, 1].every((side) => isNumber(pads[2 * value.axis! + side], 0)))
    throw new NotApartError('adds rows');
  const sizes = shape.map((size, axis) => {
    const [before, behind] = [pads[2 * axis] ?? known(0), pads[2 * axis + 1] ?? known(0)];
    const more = sum(before, behind);
    return (more && sum(size, more)) ?? node.unknownOf(size, before, behind);
  });
  return like(value, sizes);
}
