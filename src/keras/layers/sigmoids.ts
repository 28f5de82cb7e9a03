import { binary, clip, plus, times, unary } from '../builder/arithmetic.js';
import type { Scope } from '../builder/scope.js';
import type { Tensor } from '../builder/tensor.js';

/** Activations made of the sigmoid and the like. */

export function silu(graph: Scope, x: Tensor): Tensor {
  return binary(graph, 'Mul', x, unary(graph, 'Sigmoid', x));
}

/** Keras 3 made another function of it than Keras 2 had: x/6 + 1/2 for x/5 + 1/2, between 0 and 1. */
export function hardSigmoid(graph: Scope, x: Tensor, keras: number): Tensor {
  if (keras >= 3) return times(graph, unary(graph, 'Relu6', plus(graph, x, 3)), 1 / 6);
  return clip(graph, plus(graph, times(graph, x, 0.2), 0.5), 0, 1);
}

export function hardSilu(graph: Scope, x: Tensor): Tensor {
  return binary(graph, 'Mul', x, hardSigmoid(graph, x, 3));
}

/** Exact, by the error function, or the approximation by tanh. */
export function gelu(graph: Scope, x: Tensor, approximate: boolean): Tensor {
  const half = times(graph, x, 0.5);
  if (!approximate)
    return binary(graph, 'Mul', half, plus(graph, unary(graph, 'Erf', times(graph, x, Math.SQRT1_2)), 1));
  const cube = binary(graph, 'Mul', unary(graph, 'Square', x), x);
  const inner = times(graph, binary(graph, 'AddV2', x, times(graph, cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return binary(graph, 'Mul', half, plus(graph, unary(graph, 'Tanh', inner), 1));
}
