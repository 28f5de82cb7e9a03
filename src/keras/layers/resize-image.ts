import { attribute } from '../../graph/nodes.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import type { CallSite } from '../builder/layer-kind.js';
import type { Attributes } from '../builder/scope.js';
import type { Tensor } from '../builder/tensor.js';
import type { Json } from '../model/json.js';
import type { LayerConfig } from '../model/layer-config.js';
import type { Pair } from './windows.js';

/** The methods of `tf.image.resize`: by an op of their own, and by `ScaleAndTranslate` with a kernel, which can smooth. */
const OPS = {
  nearest: { op: 'ResizeNearestNeighbor' },
  area: { op: 'ResizeArea' },
  bilinear: { op: 'ResizeBilinear', kernel: 'triangle' },
  bicubic: { op: 'ResizeBicubic', kernel: 'keyscubic' },
  lanczos3: { kernel: 'lanczos3' },
  lanczos5: { kernel: 'lanczos5' },
  gaussian: { kernel: 'gaussian' },
  mitchellcubic: { kernel: 'mitchellcubic' },
} as const satisfies Readonly<Record<string, { readonly op?: string; readonly kernel?: string }>>;

export type Method = keyof typeof OPS;

export function methodOf(config: LayerConfig, fallback: Method, given?: Json): Method {
  const interpolation = given ?? config.text('interpolation', fallback);
  if (typeof interpolation !== 'string' || !Object.hasOwn(OPS, interpolation))
    throw config.unsupported(`with the interpolation ${quote(String(interpolation))}`);
  return interpolation as Method;
}

/** As `tf.image.resize` does: pixels are areas, not points, and an image that has the size stays as it is. */
export function resize(site: CallSite, x: Tensor, size: Pair, method: Method, antialias = false): Tensor {
  const { graph, config } = site;
  const [batch = null, height, width, channels = null] = x.shape;
  if (height === size[0] && width === size[1]) return x;
  const by: { readonly op?: string; readonly kernel?: string } = OPS[method];
  const shape = [batch, ...size, channels];
  const sizes = graph.ints('size', size);
  if (by.op !== undefined && (by.kernel === undefined || !antialias))
    return graph.op(by.op, [x, sizes], shape, attributesOf(by.op));
  if (typeof height !== 'number' || typeof width !== 'number')
    throw config.unsupported(`that smooths or takes ${method}, called with images of unknown size`);
  const scale = graph.floats('scale', [2], Float32Array.of(size[0] / height, size[1] / width));
  const translation = graph.floats('translation', [2], new Float32Array(2));
  return graph.op('ScaleAndTranslate', [x, sizes, scale, translation], shape, {
    kernel_type: attribute.text(by.kernel!),
    antialias: attribute.bool(antialias),
  });
}

function attributesOf(op: string): Attributes {
  const corners = { align_corners: attribute.bool(false) };
  return op === 'ResizeArea' ? corners : { ...corners, half_pixel_centers: attribute.bool(true) };
}
