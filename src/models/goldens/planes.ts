import type { Tensor } from '../../engine/tensor.js';
import type { Layout } from '../../preprocessing/preprocessing-config.js';
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
  layout: Layout,
  { width, height, channels }: Omit<Planes, 'data'>,
): Planes | undefined {
  const sizes = { nhwc: [height, width, channels], nchw: [channels, height, width] };
  const layouts = layout === 'nhwc' ? (['nhwc', 'nchw'] as const) : (['nchw', 'nhwc'] as const);
  const found = layouts.find((one) => String(shape.slice(-3)) === String(sizes[one]));
  if (found === undefined || shape.slice(0, -3).some((size) => size !== 1)) return undefined;
  if (found === 'nhwc') return { width, height, channels, data };
  const turned = new Float64Array(data.length);
  const plane = width * height;
  for (let channel = 0; channel < channels; channel += 1)
    for (let index = 0; index < plane; index += 1)
      turned[index * channels + channel] = data[channel * plane + index]!;
  return { width, height, channels, data: turned };
}
