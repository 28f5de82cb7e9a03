import { attribute } from '../../graph/nodes.js';
import { binary, clip, plus, times, unary } from '../builder/arithmetic.js';
import type { Scope } from '../builder/scope.js';
import type { Tensor } from '../builder/tensor.js';
import { truth } from './thresholds.js';

/** Activations that cut at zero or near it. */

export function leakyRelu(graph: Scope, x: Tensor, slope: number): Tensor {
  return graph.op('LeakyRelu', [x], x.shape, { alpha: attribute.float(slope) });
}

/** `x` above 0 and `alpha * (exp(x) - 1)` below. */
export function elu(graph: Scope, x: Tensor, alpha: number): Tensor {
  if (alpha === 1) return unary(graph, 'Elu', x);
  const below = unary(graph, 'Elu', binary(graph, 'Minimum', x, graph.scalar(0)));
  return binary(graph, 'AddV2', unary(graph, 'Relu', x), times(graph, below, alpha));
}

export interface ReluSettings {
  /** Of what is below the threshold. */
  readonly slope: number;
  readonly most: number | null;
  readonly threshold: number;
}

/** Keras's ReLU with all its settings (`keras.activations.relu`). */
export function relu(graph: Scope, x: Tensor, { slope, most, threshold }: ReluSettings): Tensor {
  if (slope !== 0 && most === null && threshold === 0) return leakyRelu(graph, x, slope);
  const positive =
    threshold === 0 ? unary(graph, most === 6 ? 'Relu6' : 'Relu', x) : above(graph, x, threshold);
  const clipped =
    most !== null && !(most === 6 && threshold === 0) ? clip(graph, positive, 0, most) : positive;
  if (slope === 0) return clipped;
  const below = unary(graph, 'Relu', plus(graph, unary(graph, 'Neg', x), threshold));
  return binary(graph, 'Sub', clipped, times(graph, below, slope));
}

/** `x` where it is above the threshold, and 0 elsewhere. */
function above(graph: Scope, x: Tensor, threshold: number): Tensor {
  const is = graph.op('Greater', [x, graph.scalar(threshold)], x.shape);
  return binary(graph, 'Mul', x, truth(graph, is));
}
