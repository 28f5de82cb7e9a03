import { type CallSite, imageOf, type LayerKind } from '../builder/layer-kind.js';
import { stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import { cropToAspectRatio, middle, padToAspectRatio } from './aspect-ratio.js';
import { type Method, methodOf, resize } from './resize-image.js';
import type { Pair } from './windows.js';

export const RESIZING: Readonly<Record<string, LayerKind>> = {
  UpSampling2D: { build: upSampling2D },
  Resizing: { build: resizing },
  CenterCrop: { build: centerCrop },
  RandomCrop: { build: randomCrop },
};

function upSampling2D(site: CallSite): Tensor {
  const { config } = site;
  const x = imageOf(site);
  const [down, right] = config.sizes('size', 2);
  const [, height, width] = x.shape;
  if (typeof height !== 'number' || typeof width !== 'number') {
    throw config.unsupported('called with images of unknown size');
  }
  return resize(site, x, [height * down, width * right], methodOf(config, 'nearest'));
}

function resizing(site: CallSite): Tensor {
  const { config } = site;
  return fitted(site, imageOf(site), [config.size('height'), config.size('width')], {
    method: methodOf(config, 'bilinear'),
    antialias: config.flag('antialias', false),
    crops: config.flag('crop_to_aspect_ratio', false),
    pads: config.flag('pad_to_aspect_ratio', false),
  });
}

interface Fit {
  readonly method: Method;
  readonly antialias: boolean;
  readonly crops: boolean;
  readonly pads: boolean;
}

/** An image resized, and cropped or padded before if it shall keep its proportions. */
export function fitted(
  site: CallSite,
  x: Tensor,
  size: Pair,
  { method, antialias, crops, pads }: Fit,
): Tensor {
  if (crops && pads) throw site.config.malformed('pad_to_aspect_ratio', 'false beside crop_to_aspect_ratio');
  const cropped = crops ? cropToAspectRatio(site, x, size) : x;
  return resize(site, pads ? padToAspectRatio(site, x, size) : cropped, size, method, antialias);
}

/** The middle of a larger image; a smaller one is scaled up, so that it is covered. */
function centerCrop(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const target: Pair = [config.size('height'), config.size('width')];
  const [, height, width] = x.shape;
  if (typeof height !== 'number' || typeof width !== 'number')
    throw config.unsupported('called with images of unknown size');
  if (height < target[0] || width < target[1]) return smartResize(site, x, target);
  return stridedSlice(graph, x, [
    WHOLE_AXIS,
    middle(height, target[0]),
    middle(width, target[1]),
    WHOLE_AXIS,
  ]);
}

/** At inference Keras 2 takes the largest middle of the target's proportions and scales it; what Keras 3 does changed with its versions. */
function randomCrop(site: CallSite): Tensor {
  const { config } = site;
  const x = imageOf(site);
  const target: Pair = [config.size('height'), config.size('width')];
  if (x.shape[1] === target[0] && x.shape[2] === target[1]) return x;
  if (site.keras > 2)
    throw config.unsupported('called with images of another size, which versions of Keras 3 crop or leave,');
  return smartResize(site, x, target);
}

/** Keras's `smart_resize`. */
function smartResize(site: CallSite, x: Tensor, size: Pair): Tensor {
  return resize(site, cropToAspectRatio(site, x, size), size, 'bilinear');
}
