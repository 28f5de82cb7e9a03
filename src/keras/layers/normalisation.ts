import { attribute } from '../../graph/nodes.js';
import { binary, plus, unary } from '../builder/arithmetic.js';
import { type CallSite, inputOf, type LayerKind, type LayerWeights } from '../builder/layer-kind.js';
import { FLOAT } from '../builder/scope.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';

export const NORMALISATION: Readonly<Record<string, LayerKind>> = {
  BatchNormalization: { weights: batchWeights, build: batchNormalization },
  LayerNormalization: {
    weights: (config) => ({ trained: isByDeviation(config) ? ['gamma'] : scaleAndCenter(config) }),
    build: layerNormalization,
  },
};

export function scaleAndCenter(config: LayerConfig): string[] {
  return [...(config.flag('scale', true) ? ['gamma'] : []), ...(config.flag('center', true) ? ['beta'] : [])];
}

function batchWeights(config: LayerConfig): LayerWeights {
  return { trained: scaleAndCenter(config), kept: ['moving_mean', 'moving_variance'] };
}

/** With the mean and variance of the training, as at every inference. */
function batchNormalization(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const [axis] = axesOf(config, x, -1);
  const channels = axis === undefined ? null : x.shape[axis]!;
  if (axis === undefined || channels === null) throw config.unsupported('along an axis of unknown size');
  const epsilon = config.number('epsilon', 0.001);
  if (x.rank !== 4 || axis !== 3) return scaled(site, x, axis, channels, epsilon);
  const inputs = [
    x,
    config.flag('scale', true) ? site.weight('gamma', [channels]) : filled(site, 'gamma', channels, 1),
    config.flag('center', true) ? site.weight('beta', [channels]) : filled(site, 'beta', channels, 0),
    site.weight('moving_mean', [channels]),
    site.weight('moving_variance', [channels]),
  ];
  return graph.op('FusedBatchNormV3', inputs, x.shape, {
    U: FLOAT,
    epsilon: attribute.float(epsilon),
    exponential_avg_factor: attribute.float(1),
    data_format: attribute.text('NHWC'),
    is_training: attribute.bool(false),
  });
}

function filled(site: CallSite, name: string, size: number, value: number): Tensor {
  return site.derived(name, [size], () => new Float32Array(size).fill(value));
}

/** The same of other tensors than images: a factor and a summand for each channel. */
function scaled(site: CallSite, x: Tensor, axis: number, channels: number, epsilon: number): Tensor {
  const { graph, config } = site;
  const shape = x.shape.map((_, at) => (at === axis ? channels : 1));
  const one = [channels];
  const factor = (index: number): number => {
    const gamma = config.flag('scale', true) ? site.values('gamma', one)[index]! : 1;
    return gamma / Math.sqrt(site.values('moving_variance', one)[index]! + epsilon);
  };
  const factors = site.derived('factor', shape, () =>
    Float32Array.from({ length: channels }, (_, at) => factor(at)),
  );
  const summands = site.derived('summand', shape, () =>
    Float32Array.from({ length: channels }, (_, at) => {
      const beta = config.flag('center', true) ? site.values('beta', one)[at]! : 0;
      return beta - site.values('moving_mean', one)[at]! * factor(at);
    }),
  );
  return binary(graph, 'AddV2', binary(graph, 'Mul', x, factors), summands);
}

/** Without taking the mean away, and with a gamma whatever else is set. */
function isByDeviation(config: LayerConfig): boolean {
  return config.raw('rms_scaling') === true;
}

/** Each example by its own mean and variance along the axes. */
function layerNormalization(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const axes = axesOf(config, x, -1);
  const centred = binary(graph, 'Sub', x, reduce(graph, 'Mean', x, axes, true));
  const variance = reduce(graph, 'Mean', unary(graph, 'Square', centred), axes, true);
  const deviation = unary(graph, 'Rsqrt', plus(graph, variance, config.number('epsilon', 0.001)));
  const byDeviation = isByDeviation(config);
  const normal = binary(graph, 'Mul', byDeviation ? x : centred, deviation);
  const isScaled = byDeviation || config.flag('scale', true);
  const scaledUp = isScaled ? binary(graph, 'Mul', normal, spread(site, 'gamma', x, axes)) : normal;
  if (byDeviation || !config.flag('center', true)) return scaledUp;
  return binary(graph, 'AddV2', scaledUp, spread(site, 'beta', x, axes));
}

/** A weight of the sizes that `x` has along the axes, with ones between them, so that it meets those of `x`. */
export function spread(site: CallSite, name: string, x: Tensor, axes: readonly number[]): Tensor {
  const sizes = axes.map((axis) => x.shape[axis]!).filter((size) => size !== null);
  if (sizes.length < axes.length) throw site.config.unsupported('along an axis of unknown size');
  const first = Math.min(...axes);
  const shape = x.shape.slice(first).map((size, at) => (axes.includes(first + at) ? size! : 1));
  return site.derived(name, shape, () => site.values(name, sizes));
}

/** The axes of a layer, counted from the first and in order. */
export function axesOf(config: LayerConfig, x: Tensor, fallback: number): number[] {
  const axes = config.integers('axis', fallback).map((axis) => (axis < 0 ? axis + x.rank : axis));
  if (axes.some((axis) => axis < 1 || axis >= x.rank)) throw config.malformed('axis', 'an axis of its input');
  return axes.toSorted((one, other) => one - other);
}
