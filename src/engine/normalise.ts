import { toBfloat16, toFloat16 } from '../numbers/half.js';
import { reverseChannels } from './reverse-channels.js';
import { type Normalise, NUMBER_ARRAYS, type PixelType, type Tensor, type TensorArrays } from './tensor.js';

/**
 * Pixels `[n, height, width, channels]`, or without the `n`, as the graph takes them: in its dtype, layout, order of channels and range. Computed in
 * float64 and rounded once; of uint8 each of the 256 values of each channel is computed once, and looked up.
 */
export function normalisePixels(pixels: Tensor, how: Normalise): Tensor {
  const batch = pixels.shape.slice(0, -3);
  const [n = 1] = batch;
  const [height = 1, width = 1, channels = 1] = pixels.shape.slice(-3);
  const source = pixels.data as Uint8Array | Float32Array;
  if (how.dtype === pixels.dtype && how.layout === 'nhwc' && isRaw(how)) {
    if (how.order.every((channel, index) => channel === index)) return { ...pixels, normalise: undefined };
    if (how.order.join() === '2,1,0' && source instanceof Uint8Array) {
      return { ...pixels, data: reverseChannels(source), normalise: undefined };
    }
  }

  const data = emptyArray(how.dtype, source.length);
  const isBytes = source instanceof Uint8Array;
  const plane = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const valueOf = arithmetic(how, channel);
    const lookUp = isBytes && table(how, valueOf);
    const from = how.order[channel] ?? channel;
    for (let image = 0; image < n; image++) {
      const start = image * plane * channels;
      const step = how.layout === 'nchw' ? 1 : channels;
      let target = how.layout === 'nchw' ? start + channel * plane : start + channel;
      for (let position = start + from; position < start + plane * channels; position += channels) {
        const value = source[position]!;
        data[target] = lookUp ? lookUp[value]! : valueOf(value);
        target += step;
      }
    }
  }
  return { dtype: how.dtype, shape: [...batch, ...axesOf(how.layout, height, width, channels)], data };
}

/** The shape of one picture in the graph. */
export function axesOf(
  layout: Normalise['layout'],
  height: number,
  width: number,
  channels: number,
): number[] {
  if (layout === 'nhw') return [height, width];
  return layout === 'nhwc' ? [height, width, channels] : [channels, height, width];
}

function isRaw({ scale, mean, std }: Normalise): boolean {
  return scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);
}

/** What is written for a value: its bits, where the array of the dtype holds those. */
const ENTRIES: { readonly [D in PixelType]?: (value: number) => number | bigint } = {
  float16: toFloat16,
  bfloat16: toBfloat16,
  int64: (value) => BigInt(Math.trunc(value)),
  uint64: (value) => BigInt(Math.trunc(value)),
};

/** Typed as one of them, so that one loop fills all: what is written into an array came from `arithmetic` of its dtype. */
function emptyArray(dtype: PixelType, length: number): Float32Array {
  const array: TensorArrays[PixelType] = new NUMBER_ARRAYS[dtype](length);
  return array as Float32Array;
}

function arithmetic({ dtype, scale, mean, std }: Normalise, channel: number): (value: number) => number {
  const [average, deviation] = [mean[channel] ?? 0, std[channel] ?? 1];
  const entryOf = ENTRIES[dtype] as ((value: number) => number) | undefined;
  if (entryOf) return (value) => entryOf((value * scale - average) / deviation);
  return (value) => (value * scale - average) / deviation;
}

function table({ dtype }: Normalise, entryOf: (value: number) => number): Float32Array {
  const entries = emptyArray(dtype, 256);
  for (let value = 0; value < 256; value++) entries[value] = entryOf(value);
  return entries;
}
