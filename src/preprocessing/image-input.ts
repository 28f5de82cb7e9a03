import type { DType, Normalise, PixelType, TensorSpec } from '../engine/tensor.js';
import type { Layout } from './preprocessing-config.js';

/** How many channels a picture can be given with: grey, RGB, RGBA. */
export type Channels = 1 | 3 | 4;

/** Where a model's input has its height, width and channels; `null` is any size. */
export interface ImageAxes {
  readonly layout: Normalise['layout'];
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number | null;
  /** Whether a batch dimension is before them. */
  readonly batched: boolean;
}

/** The least height and width of a grey picture without an axis for its channel: what is narrower is a sequence or a table. */
const LEAST_GREY_SIDE = 8;

export function isChannels(count: number | null): count is Channels {
  return count === 1 || count === 3 || count === 4;
}

/**
 * Reads a shape as a picture's: of rank 4; of rank 3 without a batch dimension; or, where no axis can be the channels,
 * `[batch, height, width]` and `[height, width]` of grey ones. `undefined` for all else.
 * Without a `layout` the channels are where 1, 3 or 4 stands: last if it can be, as TensorFlow has them.
 */
export function imageAxes(shape: TensorSpec['shape'], layout?: Layout): ImageAxes | undefined {
  if (shape === null || shape.length < 2 || shape.length > 4) return undefined;
  const batched = shape.length === 4;
  const [first = null, second = null, third = null] = shape.slice(-3);
  if (layout === undefined && shape.length < 4) {
    const isGrey = shape.length === 2 ? !shape.includes(null) : first === null && !isChannels(third);
    const [height = null, width = null] = shape.slice(-2);
    if (isGrey) return { layout: 'nhw', height, width, channels: 1, batched: shape.length === 3 };
  }
  if (shape.length === 2) return undefined;
  const channelsFirst = layout === undefined ? !isChannels(third) && isChannels(first) : layout === 'nchw';
  return channelsFirst
    ? { layout: 'nchw', channels: first, height: second, width: third, batched }
    : { layout: 'nhwc', height: first, width: second, channels: third, batched };
}

/** Whether an input of this shape has a batch dimension, where pictures are laid out so. */
export function isBatched(shape: TensorSpec['shape'], layout: Normalise['layout']): boolean {
  return shape?.length !== (layout === 'nhw' ? 2 : 3);
}

const NO_PIXELS: ReadonlySet<DType> = new Set(['string', 'bool', 'complex64', 'complex128']);

export function isPixelType(dtype: DType): dtype is PixelType {
  return !NO_PIXELS.has(dtype);
}

/**
 * Whether an input looks like a picture's, for a model that does not say. Without a batch dimension only if its
 * height and width are fixed: `[null, 128, 3]` and `[null, null, 3]` are batches of sequences far more often.
 */
export function isImageInput(spec: TensorSpec): boolean {
  const axes = imageAxes(spec.shape);
  if (axes === undefined || !isPixelType(spec.dtype) || !isChannels(axes.channels)) return false;
  if (axes.layout === 'nhw') return false;
  return axes.batched || (axes.height !== null && axes.width !== null);
}

/**
 * Whether an input may be a grey picture's without an axis for the channel, as the first tutorials have them
 * (`Flatten(input_shape=(28, 28))`). What comes out must tell that it is not a sequence's.
 */
export function isGreyInput({ dtype, shape }: TensorSpec): boolean {
  const axes = imageAxes(shape);
  if (axes?.layout !== 'nhw' || !isPixelType(dtype)) return false;
  return Math.min(axes.height ?? 0, axes.width ?? 0) >= LEAST_GREY_SIDE;
}
