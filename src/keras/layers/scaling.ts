import { binary } from '../builder/arithmetic.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import type { Tensor } from '../builder/tensor.js';
import { constantOf, type LayerConfig } from '../model/layer-config.js';
import { axesOf } from './normalisation.js';

/** What `keras.backend.epsilon()` is unless somebody changes it: the least deviation to divide by. */
const EPSILON = 1e-7;

/** Layers that make of pixels what a model was trained on. */
export const SCALING: Readonly<Record<string, LayerKind>> = {
  Rescaling: { build: rescaling },
  Normalization: {
    weights: (config) => ({ trained: [], kept: isGiven(config) ? [] : ['mean', 'variance', 'count'] }),
    build: normalization,
  },
  LayerScale: { weights: () => ({ trained: ['gamma'] }), build: layerScale },
};

function rescaling(site: CallSite): Tensor {
  const scaled = binary(site.graph, 'Mul', inputOf(site), setting(site, 'scale', 1));
  return binary(site.graph, 'AddV2', scaled, setting(site, 'offset', 0));
}

function setting({ graph, config }: CallSite, key: string, fallback: number): Tensor {
  const constant = constantOf(config.raw(key) ?? fallback);
  if (!constant) throw config.malformed(key, 'a number or a list of numbers');
  return graph.floats(key, constant.shape, Float32Array.from(constant.values));
}

function isGiven(config: LayerConfig): boolean {
  const mean = config.raw('mean');
  return mean !== undefined && mean !== null;
}

/** By mean and variance, learnt or given, for each element along the axes. */
function normalization(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const axis = config.raw('axis');
  const axes = axis === null || isEmpty(axis) ? [] : axesOf(config, x, -1);
  const kept = axes.map((at) => x.shape[at] ?? null);
  const shape = x.shape.map((size, at) => (axes.includes(at) ? size : 1));
  const known = shape.filter((size) => size !== null);
  if (known.length < shape.length) throw config.unsupported('along an axis of unknown size');
  const sizes = kept.filter((size) => size !== null);
  const means = moments(site, 'mean', sizes);
  const deviations = moments(site, 'variance', sizes).map((value) => Math.max(Math.sqrt(value), EPSILON));
  // One number for all is spread by the ops themselves.
  const shapeOf = ({ length }: Float32Array) => (length === 1 ? [] : known);
  const mean = graph.floats('mean', shapeOf(means), means);
  const deviation = graph.floats('deviation', shapeOf(deviations), deviations);
  if (config.flag('invert', false)) return binary(graph, 'AddV2', mean, binary(graph, 'Mul', x, deviation));
  return binary(graph, 'RealDiv', binary(graph, 'Sub', x, mean), deviation);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function moments(site: CallSite, name: 'mean' | 'variance', sizes: readonly number[]): Float32Array {
  const { config } = site;
  if (!isGiven(config)) return site.values(name, sizes);
  const count = sizes.reduce((product, size) => product * size, 1);
  const values = constantOf(config.raw(name))?.values ?? [];
  if (values.length !== 1 && values.length !== count) throw config.malformed(name, `${count} numbers`);
  return Float32Array.from(values);
}

/** Of `keras.applications.ConvNeXt`: a factor for each channel. */
function layerScale(site: CallSite): Tensor {
  const x = inputOf(site);
  return binary(site.graph, 'Mul', x, site.weight('gamma', [site.config.size('projection_dim')]));
}
