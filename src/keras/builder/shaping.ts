import { attribute } from '../../graph/nodes.js';
import { FLOAT, INT32, type Scope } from './scope.js';
import type { Shape, Tensor } from './tensor.js';

/** Ops on the shape. Each adds nodes and gives the output. */

/** `shape` without the number of examples, which stays open unless it is given as a number. */
export function reshape(graph: Scope, x: Tensor, shape: Shape): Tensor {
  const sizes = graph.ints(
    'shape',
    shape.map((size) => size ?? -1),
  );
  return graph.op('Reshape', [x, sizes], shape, { Tshape: INT32 });
}

export function reduce(
  graph: Scope,
  op: 'Mean' | 'Max' | 'Min' | 'Sum',
  x: Tensor,
  axes: readonly number[],
  keep: boolean,
): Tensor {
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return graph.op(op, [x, graph.ints('reduction_indices', axes)], shape, {
    Tidx: INT32,
    keep_dims: attribute.bool(keep),
  });
}

export function transpose(graph: Scope, x: Tensor, order: readonly number[]): Tensor {
  return graph.op(
    'Transpose',
    [x, graph.ints('perm', order)],
    order.map((axis) => x.shape[axis]!),
    { Tperm: INT32 },
  );
}

export function expandDims(graph: Scope, x: Tensor, axis: number): Tensor {
  return graph.op('ExpandDims', [x, graph.int('dim', axis)], x.shape.toSpliced(axis, 0, 1), { Tdim: INT32 });
}

export function concat(graph: Scope, tensors: readonly Tensor[], axis: number): Tensor {
  const [first, ...others] = tensors;
  if (!first) throw new Error('This is a bug. There is nothing to concatenate.');
  if (others.length === 0) return first;
  const shape = first.shape.map((_, at) => {
    if (at !== axis)
      return tensors.map((tensor) => tensor.shape[at]!).find((known) => known !== null) ?? null;
    return tensors.reduce<number | null>((sum, tensor) => {
      const length = tensor.shape[at] ?? null;
      return sum === null || length === null ? null : sum + length;
    }, 0);
  });
  return graph.node('ConcatV2', [...tensors, graph.int('axis', axis)], shape, {
    T: FLOAT,
    Tidx: INT32,
    N: attribute.int(tensors.length),
  });
}

/** @param paddings before and after, for each dimension */
export function pad(graph: Scope, x: Tensor, paddings: readonly (readonly [number, number])[]): Tensor {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((size, axis) => size && size + paddings[axis]![0] + paddings[axis]![1]);
  const flat = graph.matrix('paddings', paddings);
  return graph.op('Pad', [x, flat], shape, { Tpaddings: INT32 });
}
