import { attribute } from '../../graph/nodes.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { FLOAT, INT32 } from '../builder/scope.js';
import { concat } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { asImage, asSequence } from './sequences.js';
import { poolOf } from './pooling.js';
import type { Pair } from './windows.js';

type Pool = 'MaxPool' | 'AvgPool';

/** Pools to a size, with windows as wide as that takes. */
export const ADAPTIVE_POOLING: Readonly<Record<string, LayerKind>> = {
  AdaptiveAveragePooling1D: { build: (site) => adaptive(site, 'AvgPool', 1) },
  AdaptiveMaxPooling1D: { build: (site) => adaptive(site, 'MaxPool', 1) },
  AdaptiveAveragePooling2D: { build: (site) => adaptive(site, 'AvgPool', 2) },
  AdaptiveMaxPooling2D: { build: (site) => adaptive(site, 'MaxPool', 2) },
};

function adaptive(site: CallSite, op: Pool, directions: 1 | 2): Tensor {
  const { config, graph } = site;
  config.checkChannelsLast();
  const x = inputOf(site);
  if (x.rank !== directions + 2) throw config.unsupported(`called with a tensor of ${x.rank} dimensions`);
  const sizes = config.integers('output_size');
  if (sizes.length !== directions || sizes.some((size) => size < 1))
    throw config.malformed('output_size', 'positive whole numbers');
  const image = directions === 1 ? asImage(graph, x) : x;
  const pooled = sizes.reduce((part, size, at) => poolAlong(site, op, part, at, size), image);
  return directions === 1 ? asSequence(graph, pooled) : pooled;
}

/** Each window as large as its share of the pixels, rounded up; where shares overlap, some are one larger (Keras, `backend/tensorflow/nn.py`). */
function poolAlong(site: CallSite, op: Pool, x: Tensor, at: number, size: number): Tensor {
  const { graph, config } = site;
  const length = x.shape[at + 1];
  if (typeof length !== 'number') throw config.unsupported('called with images of unknown size');
  const pair = (value: number): Pair => (at === 0 ? [value, 1] : [1, value]);
  const small = Math.ceil(length / size);
  if (length % size === 0) return poolOf(site, op, x, windowOf(pair(small), pair(small)));
  const starts = Array.from({ length: size }, (_, index) => Math.floor((index * length) / size));
  const ends = starts.map((_, index) => Math.ceil(((index + 1) * length) / size));
  const ofSmall = length - small + 1;
  const indices = starts.map((start, index) => (ends[index]! - start > small ? ofSmall + start : start));
  const both = [small, small + 1]
    .filter((width) => width <= length)
    .map((width) => poolOf(site, op, x, windowOf(pair(width), [1, 1])));
  const shape = x.shape.with(at + 1, size);
  const inputs = [concat(graph, both, at + 1), graph.ints('indices', indices), graph.int('axis', at + 1)];
  return graph.node('GatherV2', inputs, shape, {
    Tparams: FLOAT,
    Tindices: INT32,
    Taxis: INT32,
    batch_dims: attribute.int(0),
  });
}

function windowOf(size: Pair, strides: Pair) {
  return { size, strides, dilations: [1, 1], padding: 'VALID' } as const;
}
