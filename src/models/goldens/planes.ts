import type { Normalise, Tensor } from '../../engine/tensor.js';
import type { NpyArray } from './npy.js';

/** A picture's values, `[height, width, channels]` in the order in which they are stored. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** Pixels of a picture as preprocessing gives them, 0…255. */
export function planesOfPixels({ shape, data }: Tensor): Planes {
  const [height = 0, width = 0, channels = 0] = shape.slice(-3);
  return { width, height, channels, data: data as Uint8Array | Float32Array };
}

/**
 * A saved input, channels last. Either layout is taken, the model's first: a model that was converted has another than where it was trained.
 * @returns `undefined` where it is no one picture of that size
 */
export function planesOfInput(
  { shape, data }: NpyArray,
  layout: Normalise['layout'],
  { width, height, channels }: Omit<Planes, 'data'>,
): Planes | undefined {
  const sizes = { nhwc: [height, width, channels], nchw: [channels, height, width], nhw: [height, width] };
  const others = (['nhwc', 'nchw'] as const).filter((one) => one !== layout);
  const layouts = channels === 1 ? ([layout, ...others, 'nhw'] as const) : [layout, ...others];
  const found = layouts.find((one) => isOnePicture(shape, sizes[one]));
  if (found === undefined) return undefined;
  if (channels === 1 || found === 'nhwc') return { width, height, channels, data };
  const turned = new Float64Array(data.length);
  const plane = width * height;
  for (let channel = 0; channel < channels; channel += 1)
    for (let index = 0; index < plane; index += 1)
      turned[index * channels + channel] = data[channel * plane + index]!;
  return { width, height, channels, data: turned };
}

/** Whether a saved array is a picture of that size, with batches of one before it or without. */
function isOnePicture(shape: readonly number[], size: readonly number[]): boolean {
  const batches = shape.slice(0, -size.length);
  return String(shape.slice(-size.length)) === String(size) && batches.every((count) => count === 1);
}
