import { attribute } from '../../graph/nodes.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { binary, clip, plus, times, unary } from '../builder/arithmetic.js';
import { FLOAT, INT32, type Scope } from '../builder/scope.js';
import { reduce } from '../builder/shaping.js';
import { Tensor } from '../builder/tensor.js';

/** Activations that Keras 3 has and Keras 2 had not (`keras/src/backend/tensorflow/nn.py`). */

/** `x` where it is above 0, and `alpha * (exp(x / alpha) - 1)` below. */
export function celu(graph: Scope, x: Tensor, alpha: number): Tensor {
  const below = binary(graph, 'RealDiv', binary(graph, 'Minimum', x, graph.scalar(0)), graph.scalar(alpha));
  return binary(graph, 'AddV2', unary(graph, 'Relu', x), times(graph, unary(graph, 'Expm1', below), alpha));
}

/** One half along an axis times the sigmoid of the other; `null` if there are no halves. */
export function glu(graph: Scope, x: Tensor, axis: number): Tensor | null {
  const size = x.shape[axis];
  if (typeof size !== 'number' || size % 2 !== 0) return null;
  const half = x.shape.with(axis, size / 2);
  const split = graph.op('Split', [graph.int('split_dim', axis), x], half, { num_split: attribute.int(2) });
  return binary(graph, 'Mul', split, unary(graph, 'Sigmoid', new Tensor(`${split.name}:1`, half)));
}

export function hardShrink(graph: Scope, x: Tensor, threshold: number): Tensor {
  return select(graph, compare(graph, 'Greater', unary(graph, 'Abs', x), threshold), x, 0, x);
}

export function softShrink(graph: Scope, x: Tensor, threshold: number): Tensor {
  return binary(graph, 'Sub', x, clip(graph, x, -threshold, threshold));
}

/** `x` where it is above a threshold, and another number elsewhere. */
export function thresholded(graph: Scope, x: Tensor, threshold: number, otherwise: number): Tensor {
  return select(graph, compare(graph, 'Greater', x, threshold), x, otherwise, x);
}

export function squareplus(graph: Scope, x: Tensor, b: number): Tensor {
  const root = unary(graph, 'Sqrt', plus(graph, unary(graph, 'Square', x), b));
  return times(graph, binary(graph, 'AddV2', x, root), 0.5);
}

export function sparsePlus(graph: Scope, x: Tensor): Tensor {
  const between = times(graph, unary(graph, 'Square', plus(graph, x, 1)), 0.25);
  const upper = select(graph, compare(graph, 'Less', x, 1), between, x, x);
  return select(graph, compare(graph, 'Greater', x, -1), upper, 0, x);
}

export function sparseSigmoid(graph: Scope, x: Tensor): Tensor {
  return clip(graph, times(graph, plus(graph, x, 1), 0.5), 0, 1);
}

/** Along the last axis, as Keras computes it, which adds up the sums inside; `null` if its size is not known. */
export function sparsemax(graph: Scope, x: Tensor): Tensor | null {
  const axis = x.rank - 1;
  const size = x.shape[axis];
  if (typeof size !== 'number') return null;
  const sorted = graph.op('TopKV2', [x, graph.int('k', size)], x.shape, { sorted: attribute.bool(true) });
  const sums = graph.op('Cumsum', [sorted, graph.int('axis', axis)], x.shape, {
    Tidx: INT32,
    exclusive: attribute.bool(false),
    reverse: attribute.bool(false),
  });
  const ranks = graph.floats(
    'ranks',
    [size],
    Float32Array.from({ length: size }, (_, index) => index + 1),
  );
  const means = binary(graph, 'RealDiv', plus(graph, sums, -1), ranks);
  const isInside = graph.op('Greater', [sorted, means], x.shape);
  const one = truth(graph, isInside);
  const count = reduce(graph, 'Sum', one, [axis], true);
  const total = reduce(graph, 'Sum', binary(graph, 'Mul', one, sums), [axis], true);
  const tau = binary(graph, 'RealDiv', plus(graph, total, -1), count);
  return unary(graph, 'Relu', binary(graph, 'Sub', x, tau));
}

/** 1 where a condition holds and 0 elsewhere. */
export function truth(graph: Scope, condition: Tensor): Tensor {
  return graph.node('Cast', [condition], condition.shape, {
    SrcT: attribute.type(DataType.DT_BOOL),
    DstT: FLOAT,
    Truncate: attribute.bool(false),
  });
}

function compare(graph: Scope, op: 'Greater' | 'Less', x: Tensor, value: number): Tensor {
  return graph.op(op, [x, graph.scalar(value)], x.shape);
}

/**
 * `x` where a condition holds and `y` elsewhere.
 * @param condition of the shape of `like`
 * @param y like `x`, a tensor of that shape or a number
 */
export function select(graph: Scope, condition: Tensor, x: Tensor, y: Tensor | number, like: Tensor): Tensor {
  // WebAssembly's kernel does not broadcast.
  const other =
    typeof y === 'number' ? binary(graph, 'AddV2', unary(graph, 'ZerosLike', like), graph.scalar(y)) : y;
  return graph.op('SelectV2', [condition, x, other], like.shape);
}
