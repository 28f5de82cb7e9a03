import { fixed, isConstant, like, NotApartError, ONE, type RowNode, type RowValue } from './row-value.js';
import { isNumber, isSame, known, numberOf, type Size } from './size.js';

/** What a `StridedSlice` does along one axis of its input. */
interface Part {
  readonly axis: number;
  /** Its place in `begin`, `end` and `strides`; `null`: all is taken. */
  readonly at: number | null;
  readonly isShrunk: boolean;
}

/** `x[:, 1:5, ..., tf.newaxis, 0]` */
export function stridedSlice(node: RowNode): RowValue {
  const value = node.input(0);
  if (value.axis === null && !value.shape) return fixed(null);
  const shape = node.shape(0);
  const parts = partsOf(node, shape.length);
  if (value.axis === null && value.numbers && shape.length === 1)
    return ofNumbers(node, value.numbers, parts);
  if (value.axis === null && !isConstant(value)) throw new NotApartError('computes with the number of rows');
  let axis: number | null = null;
  const sizes: Size[] = [];
  for (const part of parts) {
    if (part === 'new') {
      sizes.push(ONE);
      continue;
    }
    if (part.axis === value.axis) {
      if (!isWhole(node, part, shape[part.axis]!)) throw new NotApartError('takes some of the rows');
      axis = sizes.length;
      sizes.push(shape[part.axis]!);
    } else if (!part.isShrunk) sizes.push(lengthOf(node, part, shape[part.axis]!));
  }
  return like(value, sizes, axis);
}

function partsOf(node: RowNode, rank: number): (Part | 'new')[] {
  const given = node.input(3).numbers?.length ?? node.input(1).numbers?.length;
  if (given === undefined) throw new NotApartError('takes numbers that are not known before it runs');
  const has = (mask: string, at: number): boolean => ((node.attributes.int(mask, 0) >> at) & 1) === 1;
  const places = Array.from({ length: given }, (_, at) => at);
  const ellipsis = places.find((at) => has('ellipsis_mask', at));
  const isOwn = (at: number): boolean => at !== ellipsis && !has('new_axis_mask', at);
  const left = Math.max(0, rank - places.filter(isOwn).length);
  const parts: (Part | 'new')[] = [];
  let axis = 0;
  const takeAll = (): void => {
    for (let count = 0; count < left; count++) parts.push({ axis: axis++, at: null, isShrunk: false });
  };
  for (const at of places) {
    if (at === ellipsis) takeAll();
    else if (has('new_axis_mask', at)) parts.push('new');
    else parts.push({ axis: axis++, at, isShrunk: has('shrink_axis_mask', at) });
  }
  if (ellipsis === undefined) takeAll();
  return parts;
}

function bounds(
  node: RowNode,
  at: number,
): { begin: Size | undefined; end: Size | undefined; stride: Size | undefined } {
  const isMasked = (mask: string): boolean => ((node.attributes.int(mask, 0) >> at) & 1) === 1;
  const [begin, end, stride] = [1, 2, 3].map((index) => node.input(index).numbers?.[at] ?? node.unknown());
  return {
    begin: isMasked('begin_mask') ? undefined : begin,
    end: isMasked('end_mask') ? undefined : end,
    stride,
  };
}

function isWhole(node: RowNode, { at, isShrunk }: Part, size: Size): boolean {
  if (at === null) return true;
  const { begin, end, stride } = bounds(node, at);
  return (
    !isShrunk &&
    isNumber(stride, 1) &&
    (begin === undefined || isNumber(begin, 0)) &&
    (end === undefined || isSame(end, size))
  );
}

function lengthOf(node: RowNode, { at }: Part, size: Size): Size {
  if (at === null) return size;
  const { begin, end, stride } = bounds(node, at);
  const step = stride && numberOf(stride);
  if (begin === undefined && end === undefined && (step === 1 || step === -1)) return size;
  const length = numberOf(size);
  const [from, to] = [begin && numberOf(begin), end && numberOf(end)];
  const isKnown = length !== null && from !== null && to !== null && typeof step === 'number' && step > 0;
  if (!isKnown) return node.unknownOf(size, begin ?? ONE, end ?? ONE);
  const [first, last] = [clamp(from ?? 0, length), clamp(to ?? length, length)];
  return known(Math.max(0, Math.ceil((last - first) / step)));
}

function clamp(index: number, length: number): number {
  return Math.min(length, Math.max(0, index < 0 ? index + length : index));
}

/** Some of the sizes of a shape. */
function ofNumbers(node: RowNode, numbers: readonly Size[], parts: readonly (Part | 'new')[]): RowValue {
  const [part, ...others] = parts;
  if (part === undefined || part === 'new' || others.length > 0 || part.at === null)
    return parts.length === 1 ? node.input(0) : giveUp(node);
  const { begin, end, stride } = bounds(node, part.at);
  const [from, to, step] = [begin, end, stride].map((size) =>
    size === undefined ? undefined : numberOf(size),
  );
  if (from === null || to === null || typeof step !== 'number' || step === 0) return giveUp(node);
  if (part.isShrunk) {
    const number = numbers.at(from ?? 0);
    return number ? fixed([], [number]) : giveUp(node);
  }
  if (step < 0) {
    const isAll = from === undefined && to === undefined && step === -1;
    return isAll ? fixed([known(numbers.length)], numbers.toReversed()) : giveUp(node);
  }
  const taken: Size[] = [];
  const last = clamp(to ?? numbers.length, numbers.length);
  for (let index = clamp(from ?? 0, numbers.length); index < last; index += step) taken.push(numbers[index]!);
  return fixed([known(taken.length)], taken);
}

function giveUp(node: RowNode): RowValue {
  if (!isConstant(node.input(0))) throw new NotApartError('computes with the number of rows');
  return fixed(null);
}
