import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { binary, times, unary } from '../builder/arithmetic.js';
import type { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import { activate } from './activation.js';
import { elu, leakyRelu, relu } from './rectifiers.js';
import { softmaxLayer } from './softmax.js';

export const ACTIVATION_LAYERS: Readonly<Record<string, LayerKind>> = {
  Activation: { build: (site) => activate(site, inputOf(site), site.config.raw('activation')) },
  ReLU: { build: reluLayer },
  LeakyReLU: {
    build: (site) =>
      leakyRelu(site.graph, inputOf(site), either(site.config, 0.3, 'negative_slope', 'alpha')),
  },
  ELU: { build: (site) => elu(site.graph, inputOf(site), site.config.number('alpha', 1)) },
  PReLU: { weights: () => ({ trained: ['alpha'] }), build: prelu },
  Softmax: { build: softmaxLayer },
};

function reluLayer(site: CallSite): Tensor {
  const { config } = site;
  const most = config.raw('max_value');
  return relu(site.graph, inputOf(site), {
    slope: config.number('negative_slope', 0),
    most: most === undefined || most === null ? null : config.number('max_value'),
    threshold: config.number('threshold', 0),
  });
}

/** A number that Keras 3 calls one thing and Keras 2 another. */
function either(config: LayerConfig, fallback: number, ...keys: readonly string[]): number {
  const key = keys.find((name) => typeof config.raw(name) === 'number');
  return key === undefined ? fallback : config.number(key);
}

/** `x` above 0 and `alpha * x` below, with an alpha for each element, or for each that is not along a shared axis. */
function prelu(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const shared = config.raw('shared_axes');
  const axes = shared === undefined || shared === null ? [] : config.integers('shared_axes');
  const shape = x.shape.slice(1).map((size, index) => {
    if (axes.includes(index + 1)) return 1;
    if (size === null) throw config.unsupported('called with images of unknown size');
    return size;
  });
  const alpha = site.weight('alpha', shape);
  const below = binary(graph, 'Mul', alpha, unary(graph, 'Relu', times(graph, x, -1)));
  return binary(graph, 'Sub', unary(graph, 'Relu', x), below);
}
