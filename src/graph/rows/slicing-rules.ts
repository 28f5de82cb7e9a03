import { each, sum } from './elementwise-rules.js';
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
import { isNumber, isSame, known, numberOf, over, type Size } from './size.js';
import { stridedSlice } from './strided-slice-rule.js';

/** Ops that take tensors apart and put them together. */
export const SLICING_RULES: Readonly<Record<string, RowRule>> = {
  StridedSlice: stridedSlice,
  Slice: slice,
  Pack: pack,
  Unpack: (node) => {
    const value = node.input(0);
    if (value.axis === null && !value.shape) return fixed(null);
    const shape = node.shape(0);
    const at = axisOf(node.attributes.int('axis', 0), shape.length);
    if (value.axis === null && value.numbers && shape.length === 1)
      return value.numbers.map((number) => fixed([], [number]));
    if (!isConstant(value) && value.axis === null)
      throw new NotApartError('computes with the number of rows');
    if (at === value.axis) throw new NotApartError('takes some of the rows');
    const isBefore = value.axis !== null && at < value.axis;
    return like(value, shape.toSpliced(at, 1), isBefore ? value.axis! - 1 : value.axis);
  },
  Split: (node) => {
    const count = node.attributes.int('num_split', 1);
    return split(node, 1, node.known(0)[0], (size) => [over(size, known(count)) ?? node.unknownOf(size)]);
  },
  SplitV: (node) => {
    const sizes = node.numbers(1);
    return split(node, 0, node.known(2)[0], () =>
      sizes.map((size) => (isNumber(size, -1) ? node.unknown() : size)),
    );
  },
  ...each('ConcatV2 Concat', concat),
};

function slice(node: RowNode): RowValue {
  const value = node.input(0);
  if (value.axis === null && !value.shape) return fixed(null);
  const shape = node.shape(0);
  const [begin, sizes] = [node.numbers(1), node.numbers(2)];
  if (value.axis !== null) {
    const [from, size] = [begin[value.axis], sizes[value.axis]];
    const isWhole = isNumber(size, -1) || (size !== undefined && isSame(size, shape[value.axis]!));
    if (!isNumber(from, 0) || !isWhole) throw new NotApartError('takes some of the rows');
  } else if (!isConstant(value)) throw new NotApartError('computes with the number of rows');
  const taken = shape.map((size, axis) => {
    const wanted = sizes[axis] ?? node.unknown();
    if (!isNumber(wanted, -1)) return wanted;
    const [length, from] = [numberOf(size), begin[axis] && numberOf(begin[axis])];
    if (isNumber(begin[axis], 0)) return size;
    return typeof length === 'number' && typeof from === 'number'
      ? known(length - from)
      : node.unknownOf(size);
  });
  return like(value, taken);
}

/** Tensors of one shape along a new axis. */
function pack(node: RowNode): RowValue {
  const { inputs } = node;
  const first = node.input(0);
  if (inputs.every(({ axis }) => axis === null)) {
    if (inputs.every(({ shape, numbers }) => shape?.length === 0 && numbers))
      return fixed(
        [known(inputs.length)],
        inputs.map(({ numbers }) => numbers![0]!),
      );
    const isFlat = inputs.every(({ shape, numbers }) => shape?.length === 1 && numbers);
    const at = first.shape ? axisOf(node.attributes.int('axis', 0), first.shape.length + 1) : 0;
    if (!inputs.every(isConstant) && !(isFlat && at === 0))
      throw new NotApartError('computes with the number of rows');
    return fixed(
      first.shape && first.shape.toSpliced(at, 0, known(inputs.length)),
      isFlat && at === 0 ? inputs.flatMap(({ numbers }) => numbers!) : null,
    );
  }
  checkSameRows(node, inputs);
  const at = axisOf(node.attributes.int('axis', 0), node.shape(0).length + 1);
  return like(
    first,
    node.shape(0).toSpliced(at, 0, known(inputs.length)),
    at <= first.axis! ? first.axis! + 1 : first.axis,
  );
}

function concat(node: RowNode): RowValue {
  const isOld = node.op === 'Concat';
  const values = isOld ? node.inputs.slice(1) : node.inputs.slice(0, -1);
  const [first] = values;
  if (!first) throw new NotApartError('lacks an input');
  if (values.every(({ axis }) => axis === null)) {
    if (values.every(({ shape, numbers }) => shape?.length === 1 && numbers)) {
      const numbers = values.flatMap((value) => value.numbers!);
      return fixed([known(numbers.length)], numbers);
    }
    if (!values.every(isConstant)) throw new NotApartError('computes with the number of rows');
    const axis = node.input(isOld ? 0 : -1).numbers?.[0];
    const number = axis && numberOf(axis);
    if (values.some(({ shape }) => !shape) || typeof number !== 'number') return fixed(null);
    return fixed(joined(node, values, axisOf(number, first.shape!.length)));
  }
  const at = axisOf(node.known(isOld ? 0 : node.inputs.length - 1)[0] ?? NaN, first.shape?.length ?? 0);
  checkSameRows(node, values);
  if (first.axis === at) throw new NotApartError('puts rows behind other rows');
  return like(first, joined(node, values, at));
}

function joined(node: RowNode, values: readonly RowValue[], at: number): Size[] {
  return values[0]!.shape!.map((size, axis) => {
    if (axis !== at)
      return values.map(({ shape }) => shape![axis]!).find((one) => numberOf(one) !== null) ?? size;
    const sizes = values.map(({ shape }) => shape![at]!);
    return sizes.reduce((all, one) => sum(all, one) ?? node.unknownOf(all, one));
  });
}

/** @throws NotApartError unless all hold the same rows, along the same axis */
function checkSameRows({ inputs }: RowNode, values: readonly RowValue[]): void {
  const { shape, axis, rounds } = values.find((value) => value.axis !== null) ?? inputs[0]!;
  const areSame = values.every(
    (value) =>
      axis !== null &&
      value.axis === axis &&
      value.rounds === rounds &&
      value.shape!.length === shape!.length &&
      isSame(value.shape![axis]!, shape![axis]!),
  );
  if (!areSame) throw new NotApartError('puts the rows beside what are not the same rows');
}

function split(
  node: RowNode,
  index: number,
  axis: number | undefined,
  sizes: (size: Size) => readonly Size[],
): RowValue | readonly RowValue[] {
  const value = node.input(index);
  if (value.axis === null && !value.shape) return fixed(null);
  const shape = node.shape(index);
  const at = axisOf(axis ?? NaN, shape.length);
  if (at === value.axis) throw new NotApartError('takes some of the rows');
  if (value.axis === null && !isConstant(value)) throw new NotApartError('computes with the number of rows');
  const parts = sizes(shape[at] ?? ONE).map((size) => like(value, shape.with(at, size)));
  return parts.length === 1 ? parts[0]! : parts;
}
