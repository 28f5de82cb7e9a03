import { attribute } from '../../graph/nodes.js';
import { type CallSite, imageOf, type LayerKind } from '../builder/layer-kind.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { windowed } from './windows.js';

export const POOLING: Readonly<Record<string, LayerKind>> = {
  MaxPooling2D: { build: (site) => pool(site, 'MaxPool') },
  AveragePooling2D: { build: (site) => pool(site, 'AvgPool') },
  GlobalMaxPooling2D: { build: (site) => poolAll(site, 'Max') },
  GlobalAveragePooling2D: { build: (site) => poolAll(site, 'Mean') },
};

function pool(site: CallSite, op: 'MaxPool' | 'AvgPool'): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const size = config.sizes('pool_size', 2);
  const given = config.raw('strides');
  const strides = given === undefined || given === null ? size : config.sizes('strides');
  const padding = config.padding();
  const [n, height, width, channels] = x.shape;
  const sizes = windowed(config, [height!, width!], { size, strides, dilations: [1, 1], padding });
  return graph.op(op, [x], [n!, ...sizes, channels!], {
    ksize: attribute.ints([1, ...size, 1]),
    strides: attribute.ints([1, ...strides, 1]),
    padding: attribute.text(padding),
    data_format: attribute.text('NHWC'),
    ...(op === 'MaxPool' && { explicit_paddings: attribute.ints([]) }),
  });
}

function poolAll(site: CallSite, op: 'Max' | 'Mean'): Tensor {
  return reduce(site.graph, op, imageOf(site), [1, 2], site.config.flag('keepdims', false));
}
