import { attribute } from '../../graph/nodes.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import { type CallSite, imageOf, type LayerKind } from '../builder/layer-kind.js';
import type { Scope } from '../builder/scope.js';
import { stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import type { Pair } from './windows.js';

const OPS: Readonly<Record<string, 'ResizeBilinear' | 'ResizeNearestNeighbor'>> = {
  bilinear: 'ResizeBilinear',
  nearest: 'ResizeNearestNeighbor',
};

export const RESIZING: Readonly<Record<string, LayerKind>> = {
  UpSampling2D: { build: upSampling2D },
  Resizing: { build: resizing },
  CenterCrop: { build: centerCrop },
};

function upSampling2D(site: CallSite): Tensor {
  const { config } = site;
  const x = imageOf(site);
  const [down, right] = config.sizes('size', 2);
  const [, height, width] = x.shape;
  if (typeof height !== 'number' || typeof width !== 'number') {
    throw config.unsupported('called with images of unknown size');
  }
  return resize(site.graph, x, [height * down, width * right], opOf(config, 'nearest'));
}

function resizing(site: CallSite): Tensor {
  const { config } = site;
  for (const key of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) {
    if (config.raw(key) === true) throw config.unsupported(`with ${key}`);
  }
  const size: Pair = [config.size('height'), config.size('width')];
  return resize(site.graph, imageOf(site), size, opOf(config, 'bilinear'));
}

export function opOf(config: LayerConfig, fallback: string): 'ResizeBilinear' | 'ResizeNearestNeighbor' {
  const interpolation = config.text('interpolation', fallback);
  const op = Object.hasOwn(OPS, interpolation) ? OPS[interpolation] : undefined;
  if (!op) throw config.unsupported(`with the interpolation ${quote(interpolation)}`);
  return op;
}

/** As `tf.image.resize` does: pixels are areas, not points. */
export function resize(
  graph: Scope,
  x: Tensor,
  size: Pair,
  op: 'ResizeBilinear' | 'ResizeNearestNeighbor',
): Tensor {
  return graph.op(op, [x, graph.ints('size', size)], [x.shape[0]!, ...size, x.shape[3]!], {
    align_corners: attribute.bool(false),
    half_pixel_centers: attribute.bool(true),
  });
}

/** The middle of a larger image; Keras scales a smaller one up, which is not built here. */
function centerCrop(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const cropped = [config.size('height'), config.size('width')].map((length, index) => {
    const size = x.shape[index + 1] ?? null;
    if (size === null || size < length)
      throw config.unsupported('called with images smaller than its own size');
    const begin = Math.trunc((size - length) / 2);
    return { begin, end: begin + length, step: 1, drop: false };
  });
  return stridedSlice(graph, x, [WHOLE_AXIS, ...cropped, WHOLE_AXIS]);
}
