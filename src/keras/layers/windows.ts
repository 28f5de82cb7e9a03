import { attribute } from '../../graph/nodes.js';
import type { Attributes } from '../builder/scope.js';
import type { LayerConfig } from '../model/layer-config.js';

export type Pair = readonly [number, number];

/** How a kernel or a pool goes over an image. */
export interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: 'SAME' | 'VALID';
}

/** The size of what comes out of a window's way over an image; `null` for what is not known. */
export function windowed(
  config: LayerConfig,
  sizes: readonly (number | null)[],
  { size, strides, dilations, padding }: Window,
): (number | null)[] {
  return sizes.map((length, axis) => {
    if (length === null) return null;
    const reach = (size[axis]! - 1) * dilations[axis]! + 1;
    const steps = padding === 'SAME' ? length : length - reach + 1;
    if (steps <= 0)
      throw config.unsupported(`called with images of ${length} pixels, fewer than its ${reach}`);
    return Math.ceil(steps / strides[axis]!);
  });
}

/** The attributes of TensorFlow's convolutions; the strides and dilations of images of [n, height, width, channels]. */
export function convolutionAttributes({ strides, dilations, padding }: Omit<Window, 'size'>): Attributes {
  return {
    strides: attribute.ints([1, ...strides, 1]),
    dilations: attribute.ints([1, ...dilations, 1]),
    padding: attribute.text(padding),
    data_format: attribute.text('NHWC'),
    explicit_paddings: attribute.ints([]),
  };
}
