import { arithmetic } from '../../preprocessing/scale.js';
import {
  type ColourOrder,
  type CustomScale,
  SCALE_PRESETS,
  type ScalePreset,
} from '../../preprocessing/preprocessing-config.js';
import { type Distance, distanceOf } from './distance.js';
import type { Planes } from './planes.js';

/** For each channel of the input, the line that turns its values back into pixels: `value * gain + level`. */
interface Line {
  readonly gain: number;
  readonly level: number;
}

/** How an input was scaled, told by the pixels that it was made of. */
export interface FittedScale {
  /** Whether its channels are in the opposite order of the pixels'. */
  readonly isReversed: boolean;
  readonly lines: readonly Line[];
  /** How far the pixels are apart once the scaling is undone by those lines, in levels of 0…255. */
  readonly distance: Distance;
}

/** The same picture, scaled somehow, has a line without residue; another resampling leaves one. */
export function fitScale(pixels: Planes, input: Planes): FittedScale {
  const straight = fitInOrder(pixels, input, false);
  if (pixels.channels < 3) return straight;
  const reversed = fitInOrder(pixels, input, true);
  return reversed.distance.mean < straight.distance.mean ? reversed : straight;
}

function fitInOrder(pixels: Planes, input: Planes, isReversed: boolean): FittedScale {
  const ordered = isReversed ? reversedOf(pixels) : pixels.data;
  const lines = Array.from({ length: input.channels }, (_, channel) => lineThrough(ordered, input, channel));
  return { isReversed, lines, distance: distanceOf(ordered, undone(input, lines)) };
}

/** Red and blue exchanged; alpha stays where it is. */
function reversedOf({ data, channels }: Planes): Float64Array {
  const reversed = Float64Array.from(data);
  for (let at = 0; at < reversed.length; at += channels) {
    reversed[at] = data[at + 2]!;
    reversed[at + 2] = data[at]!;
  }
  return reversed;
}

/** The pixels that the lines make of an input. */
function undone({ data, channels }: Planes, lines: readonly Line[]): Float64Array {
  const pixels = new Float64Array(data.length);
  for (const [channel, { gain, level }] of lines.entries())
    for (let at = channel; at < data.length; at += channels) pixels[at] = data[at]! * gain + level;
  return pixels;
}

/** Least squares of the pixels by the input's values. */
function lineThrough(pixels: ArrayLike<number>, { data, channels }: Planes, channel: number): Line {
  const count = data.length / channels;
  let [valueSum, pixelSum] = [0, 0];
  for (let at = channel; at < data.length; at += channels) {
    valueSum += data[at]!;
    pixelSum += pixels[at]!;
  }
  const [valueMean, pixelMean] = [valueSum / count, pixelSum / count];
  let [variance, covariance] = [0, 0];
  for (let at = channel; at < data.length; at += channels) {
    const value = data[at]! - valueMean;
    variance += value * value;
    covariance += value * (pixels[at]! - pixelMean);
  }
  const gain = variance > 0 ? covariance / variance : 0;
  return { gain, level: pixelMean - gain * valueMean };
}

/** A scaling as `model.yaml` says it. */
export interface SaidScale {
  readonly scale: ScalePreset | CustomScale;
  readonly colour: ColourOrder;
}

/** How far from a preset the ends of the range may come out that are to be told as that preset, in levels. */
const NEAR = 6;

/** The preset that scales so or, where none does, the numbers. */
export function sayScale({ isReversed, lines }: FittedScale): SaidScale {
  const channels = lines.length;
  const colour: ColourOrder = channels === 1 ? 'grey' : isReversed ? 'bgr' : 'rgb';
  const presets = SCALE_PRESETS.filter(
    (preset) => channels === 3 || (preset !== 'torch' && preset !== 'caffe'),
  );
  const [best] = presets
    .map((preset) => ({ preset, off: endsOff(preset, colour, lines) }))
    .toSorted((a, b) => a.off - b.off);
  if (best && best.off <= NEAR) return { scale: best.preset, colour };
  const mean = lines.map(({ level }) => rounded(level));
  const std = lines.map(({ gain }) => rounded(gain));
  return { scale: { mean, std }, colour };
}

function endsOff(preset: ScalePreset, colour: ColourOrder, lines: readonly Line[]): number {
  const channels = lines.length as 1 | 3 | 4;
  const { scale, mean, std } = arithmetic(preset, colour, channels);
  const offs = lines.flatMap(({ gain, level }, channel) =>
    [0, 255].map((pixel) => {
      const value = (pixel * scale - mean[channel]!) / std[channel]!;
      return Math.abs(value * gain + level - pixel);
    }),
  );
  return Math.max(...offs);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
