import type { TensorSpec } from '../engine/tensor.js';
import type { Layout } from './preprocessing-config.js';

/** How many channels a picture can be given with: grey, RGB, RGBA. */
export type Channels = 1 | 3 | 4;

/** Where a model's input has its height, width and channels; `null` is any size. */
export interface ImageAxes {
  readonly layout: Layout;
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number | null;
}

export function isChannels(count: number | null): count is Channels {
  return count === 1 || count === 3 || count === 4;
}

/**
 * Reads a shape of rank 4, or of rank 3 without a batch dimension, as a picture's; `undefined` for other ranks.
 * Without a `layout` the channels are where 1, 3 or 4 stands: last if it can be, as TensorFlow has them.
 */
export function imageAxes(shape: TensorSpec['shape'], layout?: Layout): ImageAxes | undefined {
  if (shape === null || (shape.length !== 4 && shape.length !== 3)) return undefined;
  const [first = null, second = null, third = null] = shape.slice(-3);
  const channelsFirst = layout === undefined ? !isChannels(third) && isChannels(first) : layout === 'nchw';
  return channelsFirst
    ? { layout: 'nchw', channels: first, height: second, width: third }
    : { layout: 'nhwc', height: first, width: second, channels: third };
}

/** The dtypes that pixels can be turned into. */
export function isPixelType(dtype: TensorSpec['dtype']): dtype is 'float32' | 'int32' | 'uint8' {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'uint8';
}

/**
 * Whether an input looks like a picture's, for a model that does not say. Without a batch dimension only if its
 * height and width are fixed: `[null, 128, 3]` and `[null, null, 3]` are batches of sequences far more often.
 */
export function isImageInput(spec: TensorSpec): boolean {
  const axes = imageAxes(spec.shape);
  if (axes === undefined || !isPixelType(spec.dtype) || !isChannels(axes.channels)) return false;
  return spec.shape?.length === 4 || (axes.height !== null && axes.width !== null);
}
