import { attribute } from '../../graph/nodes.js';
import { type CallSite, imageOf, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { asImage, asSequence } from './sequences.js';
import { type Window, windowed } from './windows.js';

export const POOLING: Readonly<Record<string, LayerKind>> = {
  MaxPooling1D: { build: (site) => poolSequence(site, 'MaxPool') },
  MaxPooling2D: { build: (site) => pool(site, 'MaxPool') },
  AveragePooling1D: { build: (site) => poolSequence(site, 'AvgPool') },
  AveragePooling2D: { build: (site) => pool(site, 'AvgPool') },
  GlobalMaxPooling1D: { build: (site) => poolAllOfSequence(site, 'Max') },
  GlobalMaxPooling2D: { build: (site) => poolAll(site, 'Max') },
  GlobalAveragePooling1D: { build: (site) => poolAllOfSequence(site, 'Mean') },
  GlobalAveragePooling2D: { build: (site) => poolAll(site, 'Mean') },
};

function pool(site: CallSite, op: 'MaxPool' | 'AvgPool'): Tensor {
  const { config } = site;
  const x = imageOf(site);
  const size = config.sizes('pool_size', 2);
  const given = config.raw('strides');
  const strides = given === undefined || given === null ? size : config.sizes('strides');
  return poolOf(site, op, x, { size, strides, dilations: [1, 1], padding: config.padding() });
}

function poolSequence(site: CallSite, op: 'MaxPool' | 'AvgPool'): Tensor {
  const { graph, config } = site;
  const x = sequenceOf(site);
  const [size = 2] = config.integers('pool_size', 2);
  const given = config.raw('strides');
  const [stride = size] = given === undefined || given === null ? [] : config.integers('strides');
  if (size < 1 || stride < 1) throw config.malformed('pool_size', 'a positive whole number');
  const window: Window = {
    size: [size, 1],
    strides: [stride, 1],
    dilations: [1, 1],
    padding: config.padding(),
  };
  return asSequence(graph, poolOf(site, op, asImage(graph, x), window));
}

/** @param x of four dimensions */
export function poolOf(
  { graph, config }: CallSite,
  op: 'MaxPool' | 'AvgPool',
  x: Tensor,
  window: Window,
): Tensor {
  const [n, height, width, channels] = x.shape;
  return graph.op(op, [x], [n!, ...windowed(config, [height!, width!], window), channels!], {
    ksize: attribute.ints([1, ...window.size, 1]),
    strides: attribute.ints([1, ...window.strides, 1]),
    padding: attribute.text(window.padding),
    data_format: attribute.text('NHWC'),
    ...(op === 'MaxPool' && { explicit_paddings: attribute.ints([]) }),
  });
}

function poolAll(site: CallSite, op: 'Max' | 'Mean'): Tensor {
  return reduce(site.graph, op, imageOf(site), [1, 2], site.config.flag('keepdims', false));
}

function poolAllOfSequence(site: CallSite, op: 'Max' | 'Mean'): Tensor {
  const { args, kwargs, config, graph } = site;
  if ((args[1] ?? kwargs['mask'] ?? null) !== null) throw config.unsupported('with a mask');
  return reduce(graph, op, sequenceOf(site), [1], config.flag('keepdims', false));
}

function sequenceOf(site: CallSite): Tensor {
  site.config.checkChannelsLast();
  const x = inputOf(site);
  if (x.rank !== 3) throw site.config.unsupported('called with other than sequences');
  return x;
}
