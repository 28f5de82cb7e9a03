import { quote } from '../../saved-model/saved-model.errors.js';
import type { CallSite } from '../builder/layer-kind.js';
import { binary, clip, plus, unary } from '../builder/arithmetic.js';
import type { Scope } from '../builder/scope.js';
import type { Tensor } from '../builder/tensor.js';
import { type Json, member } from '../model/json.js';
import { elu, leakyRelu, relu } from './rectifiers.js';
import {
  celu,
  glu,
  hardShrink,
  softShrink,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  squareplus,
} from './thresholds.js';
import { gelu, hardSigmoid, hardSilu, silu } from './sigmoids.js';

/** `null` for a tensor that has no such activation. */
type Activation = (graph: Scope, x: Tensor, keras: number) => Tensor | null;

/** Keras's activations by its names for them. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: (graph, x) => unary(graph, 'Relu', x),
  relu6: (graph, x) => unary(graph, 'Relu6', x),
  leaky_relu: (graph, x) => leakyRelu(graph, x, 0.2),
  sigmoid: (graph, x) => unary(graph, 'Sigmoid', x),
  tanh: (graph, x) => unary(graph, 'Tanh', x),
  softmax: (graph, x) => unary(graph, 'Softmax', x),
  log_softmax: (graph, x) => unary(graph, 'LogSoftmax', x),
  elu: (graph, x) => unary(graph, 'Elu', x),
  selu: (graph, x) => unary(graph, 'Selu', x),
  softplus: (graph, x) => unary(graph, 'Softplus', x),
  exponential: (graph, x) => unary(graph, 'Exp', x),
  // `Softsign` is not an op of every runtime.
  softsign: (graph, x) => binary(graph, 'RealDiv', x, plus(graph, unary(graph, 'Abs', x), 1)),
  silu,
  swish: silu,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  mish: (graph, x) => binary(graph, 'Mul', x, unary(graph, 'Tanh', unary(graph, 'Softplus', x))),
  gelu: (graph, x) => gelu(graph, x, false),
  celu: (graph, x) => celu(graph, x, 1),
  glu: (graph, x) => glu(graph, x, x.rank - 1),
  hard_tanh: (graph, x) => clip(graph, x, -1, 1),
  hard_shrink: (graph, x) => hardShrink(graph, x, 0.5),
  soft_shrink: (graph, x) => softShrink(graph, x, 0.5),
  tanh_shrink: (graph, x) => binary(graph, 'Sub', x, unary(graph, 'Tanh', x)),
  log_sigmoid: (graph, x) => unary(graph, 'Neg', unary(graph, 'Softplus', unary(graph, 'Neg', x))),
  sparse_plus: sparsePlus,
  sparse_sigmoid: sparseSigmoid,
  sparsemax,
  squareplus: (graph, x) => squareplus(graph, x, 4),
};

/** Layers without weights that may be given as an activation. */
const LAYERS_AS_ACTIVATIONS: Readonly<Record<string, (site: CallSite, x: Tensor, config: Json) => Tensor>> = {
  ReLU: ({ graph }, x, config) =>
    relu(graph, x, {
      slope: numberIn(config, 0, 'negative_slope'),
      most: mostIn(config),
      threshold: numberIn(config, 0, 'threshold'),
    }),
  LeakyReLU: ({ graph }, x, config) => leakyRelu(graph, x, numberIn(config, 0.3, 'negative_slope', 'alpha')),
  ELU: ({ graph }, x, config) => elu(graph, x, numberIn(config, 1, 'alpha')),
};

/**
 * Adds an activation as a layer's config has it: nothing, a name, a function by its name, or a layer.
 * @throws KerasFault if it is not one of Keras's
 */
export function activate(site: CallSite, x: Tensor, activation: Json | undefined): Tensor {
  if (activation === undefined || activation === null) return x;
  const className = member(activation, 'class_name');
  const config = member(activation, 'config');
  // Keras 2 writes a function of Keras's so, `relu6` for one; somebody's own has the name of its package before it.
  const name = className === 'function' ? config : activation;
  if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name)) return activateByName(site, x, name);
  if (typeof className === 'string' && Object.hasOwn(LAYERS_AS_ACTIVATIONS, className)) {
    return LAYERS_AS_ACTIVATIONS[className]!(site, x, config ?? null);
  }
  throw site.config.unsupported(
    `with the activation ${quote(typeof name === 'string' ? name : String(className))}`,
  );
}

/** @param name one of the above */
export function activateByName({ graph, keras, config }: CallSite, x: Tensor, name: string): Tensor {
  const activation = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (!activation) throw new Error(`This is a bug. There is no activation ${name}.`);
  const activated = activation(graph, x, keras);
  if (!activated) throw config.unsupported(`with the activation ${quote(name)} of a tensor of that size`);
  return activated;
}

function numberIn(config: Json, fallback: number, ...keys: readonly string[]): number {
  for (const key of keys) {
    const value = member(config, key);
    if (typeof value === 'number') return value;
  }
  return fallback;
}

function mostIn(config: Json): number | null {
  const value = member(config, 'max_value');
  return typeof value === 'number' ? value : null;
}
