import { binary, plus, unary } from '../builder/arithmetic.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import type { Scope } from '../builder/scope.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { axesOf } from './normalisation.js';

/** Layers that divide by the length of vectors, whose mean they leave where it is. */
export const VECTOR_LENGTHS: Readonly<Record<string, LayerKind>> = {
  UnitNormalization: { build: unitNormalization },
  RMSNormalization: { weights: () => ({ trained: ['scale'] }), build: rmsNormalization },
};

/** Vectors of length 1. A shorter one than `epsilon` grows by 1/epsilon, and zeros stay zeros (Keras, `ops.normalize`). */
export function normalised(graph: Scope, x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const inverse = unary(graph, 'Rsqrt', squares(graph, 'Sum', x, axes));
  return binary(graph, 'Mul', x, binary(graph, 'Minimum', inverse, graph.scalar(1 / epsilon)));
}

/** The same as Keras 2 has it (`tf.math.l2_normalize`), which bounds the square of the length. */
export function normalisedOfKeras2(graph: Scope, x: Tensor, axes: readonly number[]): Tensor {
  const bounded = binary(graph, 'Maximum', squares(graph, 'Sum', x, axes), graph.scalar(1e-12));
  return binary(graph, 'Mul', x, unary(graph, 'Rsqrt', bounded));
}

/** By the root of the mean square. */
export function rootMeanSquared(graph: Scope, x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const mean = squares(graph, 'Mean', x, axes);
  return binary(graph, 'Mul', x, unary(graph, 'Rsqrt', plus(graph, mean, epsilon)));
}

function squares(graph: Scope, op: 'Mean' | 'Sum', x: Tensor, axes: readonly number[]): Tensor {
  return reduce(graph, op, unary(graph, 'Square', x), axes, true);
}

function unitNormalization(site: CallSite): Tensor {
  const { graph, config, keras } = site;
  const x = inputOf(site);
  const axes = axesOf(config, x, -1);
  return keras < 3 ? normalisedOfKeras2(graph, x, axes) : normalised(graph, x, axes, 1e-12);
}

function rmsNormalization(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const axes = axesOf(config, x, -1);
  const normal = rootMeanSquared(graph, x, axes, config.number('epsilon', 1e-6));
  const sizes = axes.map((axis) => x.shape[axis]!).filter((size) => size !== null);
  if (sizes.length < axes.length) throw config.unsupported('along an axis of unknown size');
  // Keras multiplies along the last axes, whichever they were (`ops.rms_normalization`).
  return binary(graph, 'Mul', normal, site.weight('scale', sizes));
}
