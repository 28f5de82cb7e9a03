import { binary, unary } from '../builder/arithmetic.js';
import { type CallSite, inputOf } from '../builder/layer-kind.js';
import type { Scope } from '../builder/scope.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { axesOf } from './normalisation.js';

/** Over several axes together, or over one that may be other than the last, which alone the op of that name takes. */
export function softmax(graph: Scope, x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 1 && axes[0] === x.rank - 1) return unary(graph, 'Softmax', x);
  const raised = unary(graph, 'Exp', binary(graph, 'Sub', x, reduce(graph, 'Max', x, axes, true)));
  return binary(graph, 'RealDiv', raised, reduce(graph, 'Sum', raised, axes, true));
}

export function softmaxLayer(site: CallSite): Tensor {
  const { graph, config, args, kwargs } = site;
  if ((args[1] ?? kwargs['mask'] ?? null) !== null) throw config.unsupported('with a mask');
  const x = inputOf(site);
  return softmax(graph, x, axesOf(config, x, -1));
}
