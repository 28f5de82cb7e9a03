import { attribute } from '../../graph/nodes.js';
import { type CallSite, imageOf, type LayerKind, type LayerWeights } from '../builder/layer-kind.js';
import { concat } from '../builder/shaping.js';
import { FLOAT } from '../builder/scope.js';
import { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import { activate } from './activation.js';
import { convolutionAttributes, windowed, type Window } from './windows.js';

/** More than this would be as many nodes; ResNeXt has 32. */
const MAX_GROUPS = 64;

export const CONVOLUTION: Readonly<Record<string, LayerKind>> = {
  Conv2D: { weights: (config) => weightsWith(config, 'kernel'), build: conv2D },
  DepthwiseConv2D: {
    // Keras 2 says `depthwise_kernel` and Keras 3 `kernel`; both count it first.
    weights: (config) => weightsWith(config, 'depthwise_kernel'),
    build: (site) => finish(site, depthwise(site, imageOf(site), windowOf(site.config))),
  },
  SeparableConv2D: {
    weights: (config) => weightsWith(config, 'depthwise_kernel', 'pointwise_kernel'),
    build: separableConv2D,
  },
};

export function weightsWith(config: LayerConfig, ...kernels: readonly string[]): LayerWeights {
  return { trained: config.flag('use_bias', true) ? [...kernels, 'bias'] : kernels };
}

/** Adds the bias, if the layer has one, and the activation. */
export function finish(site: CallSite, x: Tensor): Tensor {
  const { graph, config } = site;
  const channels = x.shape.at(-1)!;
  const biased = config.flag('use_bias', true)
    ? graph.op('BiasAdd', [x, site.weight('bias', [channels])], x.shape, {
        data_format: attribute.text('NHWC'),
      })
    : x;
  return activate(site, biased, config.raw('activation'));
}

function windowOf(config: LayerConfig): Window {
  return {
    size: config.sizes('kernel_size'),
    strides: config.sizes('strides', 1),
    dilations: config.sizes('dilation_rate', 1),
    padding: config.padding(),
  };
}

function conv2D(site: CallSite): Tensor {
  const { config } = site;
  const x = imageOf(site);
  const window = windowOf(config);
  const filters = config.size('filters');
  const groups = config.size('groups', 1);
  if (groups === 1) {
    const kernel = site.weight('kernel', [...window.size, x.channels, filters]);
    return finish(site, convolve(site, x, kernel, window));
  }
  if (x.channels % groups !== 0 || filters % groups !== 0) {
    throw config.malformed('groups', `a divisor of ${x.channels} channels and ${filters} filters`);
  }
  const kernelShape = [...window.size, x.channels / groups, filters];
  if (groups === x.channels) {
    // Each channel by itself: the kernel lies in memory as that of a depthwise convolution does.
    const shape = [...window.size, groups, filters / groups];
    const kernel = site.derived('depthwise_kernel', shape, () => site.values('kernel', kernelShape));
    return finish(site, convolveDepthwise(site, x, kernel, window));
  }
  if (groups > MAX_GROUPS) throw config.unsupported(`with ${groups} groups`);
  return finish(site, convolveGroups(site, x, kernelShape, groups, window));
}

export function convolve({ graph, config }: CallSite, x: Tensor, kernel: Tensor, window: Window): Tensor {
  const [n, height, width] = x.shape;
  const shape = [n!, ...windowed(config, [height!, width!], window), kernel.shape[3]!];
  return graph.op('Conv2D', [x, kernel], shape, {
    ...convolutionAttributes(window),
    use_cudnn_on_gpu: attribute.bool(true),
  });
}

/** Splits the channels, for the convolution of groups is not everywhere where `Conv2D` is. */
function convolveGroups(
  site: CallSite,
  x: Tensor & { readonly channels: number },
  kernelShape: readonly number[],
  groups: number,
  window: Window,
): Tensor {
  const { graph } = site;
  const part = [...x.shape.slice(0, 3), x.channels / groups];
  const split = graph.node('Split', [graph.int('split_dim', 3), x], part, {
    T: FLOAT,
    num_split: attribute.int(groups),
  });
  const filters = kernelShape[3]! / groups;
  const parts = Array.from({ length: groups }, (_, group) => {
    const kernel = site.derived(`kernel_${group}`, [...kernelShape.slice(0, 3), filters], () =>
      columns(site.values('kernel', kernelShape), kernelShape[3]!, group * filters, filters),
    );
    return convolve(
      site,
      new Tensor(group === 0 ? split.name : `${split.name}:${group}`, part),
      kernel,
      window,
    );
  });
  return concat(graph, parts, 3);
}

/** Some columns of a matrix of `width` columns. */
function columns(values: Float32Array, width: number, from: number, count: number): Float32Array {
  const rows = values.length / width;
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    part.set(values.subarray(row * width + from, row * width + from + count), row * count);
  }
  return part;
}

function depthwise(site: CallSite, x: Tensor & { readonly channels: number }, window: Window): Tensor {
  const multiplier = site.config.size('depth_multiplier', 1);
  const kernel = site.weight('depthwise_kernel', [...window.size, x.channels, multiplier]);
  return convolveDepthwise(site, x, kernel, window);
}

export function convolveDepthwise(
  { graph, config }: CallSite,
  x: Tensor,
  kernel: Tensor,
  window: Window,
): Tensor {
  const [down, right] = window.strides;
  if (down !== right) throw config.unsupported('with two different strides');
  const [n, height, width] = x.shape;
  const channels = kernel.shape[2]! * kernel.shape[3]!;
  const shape = [n!, ...windowed(config, [height!, width!], window), channels];
  return graph.op('DepthwiseConv2dNative', [x, kernel], shape, convolutionAttributes(window));
}

function separableConv2D(site: CallSite): Tensor {
  const { config } = site;
  const spread = depthwise(site, imageOf(site), windowOf(config));
  const kernel = site.weight('pointwise_kernel', [1, 1, spread.shape[3]!, config.size('filters')]);
  const pointwise: Window = { size: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'VALID' };
  return finish(site, convolve(site, spread, kernel, pointwise));
}
