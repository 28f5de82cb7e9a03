import { attribute } from '../../graph/nodes.js';
import { FLOAT, INT32, type Scope } from './scope.js';
import type { Tensor } from './tensor.js';

/** A range of one dimension, as Python has it; a `drop` takes one element and leaves the dimension out. */
export interface AxisSlice {
  readonly begin: number | null;
  readonly end: number | null;
  readonly step: number;
  readonly drop: boolean;
}

export const WHOLE_AXIS: AxisSlice = { begin: null, end: null, step: 1, drop: false };

/** @param slices for each dimension */
export function stridedSlice(graph: Scope, x: Tensor, slices: readonly AxisSlice[], type = FLOAT): Tensor {
  const mask = (test: (slice: AxisSlice) => boolean) =>
    attribute.int(slices.reduce((bits, slice, axis) => bits + (test(slice) ? 2 ** axis : 0), 0));
  const inputs = [
    x,
    graph.ints(
      'begin',
      slices.map(({ begin }) => begin ?? 0),
    ),
    graph.ints(
      'end',
      slices.map(({ begin, end, drop }) => (drop ? oneAfter(begin ?? 0) : (end ?? 0))),
    ),
    graph.ints(
      'strides',
      slices.map(({ step }) => step),
    ),
  ];
  const shape = x.shape.flatMap((size, axis) =>
    slices[axis]!.drop ? [] : [slicedSize(size, slices[axis]!)],
  );
  return graph.node('StridedSlice', inputs, shape, {
    T: type,
    Index: INT32,
    begin_mask: mask(({ begin }) => begin === null),
    end_mask: mask(({ begin, end, drop }) => (drop ? begin === -1 : end === null)),
    ellipsis_mask: attribute.int(0),
    new_axis_mask: attribute.int(0),
    shrink_axis_mask: mask(({ drop }) => drop),
  });
}

/** After the last element, which is -1, there is no number: a mask says so. */
function oneAfter(begin: number): number {
  return begin === -1 ? 0 : begin + 1;
}

function slicedSize(size: number | null, { begin, end, step }: AxisSlice): number | null {
  if (size === null) return null;
  const clamp = (at: number): number => {
    const counted = at < 0 ? at + size : at;
    return step > 0 ? Math.min(Math.max(counted, 0), size) : Math.min(Math.max(counted, -1), size - 1);
  };
  const from = begin === null ? (step > 0 ? 0 : size - 1) : clamp(begin);
  const to = end === null ? (step > 0 ? size : -1) : clamp(end);
  return Math.max(0, Math.ceil((to - from) / step));
}
