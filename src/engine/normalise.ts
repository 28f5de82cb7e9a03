import { reverseChannels } from './reverse-channels.js';
import type { Normalise, Tensor } from './tensor.js';

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

  const data = new ARRAYS[how.dtype](source.length);
  const isBytes = source instanceof Uint8Array;
  const plane = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const valueOf = arithmetic(how, channel);
    const lookUp = isBytes && table(how, valueOf);
    const from = how.order[channel] ?? channel;
    for (let image = 0; image < n; image++) {
      const start = image * plane * channels;
      const step = how.layout === 'nhwc' ? channels : 1;
      let target = how.layout === 'nhwc' ? start + channel : start + channel * plane;
      for (let position = start + from; position < start + plane * channels; position += channels) {
        const value = source[position]!;
        data[target] = lookUp ? lookUp[value]! : valueOf(value);
        target += step;
      }
    }
  }
  const shape = [
    ...batch,
    ...(how.layout === 'nhwc' ? [height, width, channels] : [channels, height, width]),
  ];
  return { dtype: how.dtype, shape, data };
}

function isRaw({ scale, mean, std }: Normalise): boolean {
  return scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

function arithmetic({ scale, mean, std }: Normalise, channel: number): (value: number) => number {
  const [average, deviation] = [mean[channel] ?? 0, std[channel] ?? 1];
  return (value) => (value * scale - average) / deviation;
}

function table(
  { dtype }: Normalise,
  valueOf: (value: number) => number,
): Float32Array | Int32Array | Uint8Array {
  const values = new ARRAYS[dtype](256);
  for (let value = 0; value < 256; value++) values[value] = valueOf(value);
  return values;
}
