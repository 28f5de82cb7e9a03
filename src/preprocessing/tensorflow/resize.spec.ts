import { type Axes, axesOf } from '../axis.js';
import { stretch } from '../fits/stretch.js';
import type { Pixels } from '../pixels.js';
import type { Channels } from '../image-input.js';
import { noise } from '../noise.fixture.js';
import { resizeAsTensorFlow } from './resize.js';
import { type Filter, spansOf } from './spans.js';

const FILTERS: readonly (readonly [filter: Filter, antialias: boolean])[] = [
  ['bilinear', false],
  ['bicubic', false],
  ['area', false],
  ['lanczos3', false],
  ['bilinear', true],
  ['bicubic', true],
  ['lanczos3', true],
];
const CHANNELS: readonly Channels[] = [1, 3, 4];

/** The weighted sum of pixels that a value of the result is, in float64. */
function valueAt(
  { data, width, channels }: Pixels,
  axes: Axes,
  filter: Filter,
  antialias: boolean,
): (row: number, column: number, channel: number) => number {
  const [across, down] = [axes.columns, axes.rows].map((axis) => spansOf(axis, filter, antialias));
  return (row, column, channel) => {
    let sum = 0;
    for (let y = 0; y < down!.count[row]!; y += 1) {
      for (let x = 0; x < across!.count[column]!; x += 1) {
        const pixel = (down!.first[row]! + y) * width + across!.first[column]! + x;
        const weight = down!.weights[row * down!.stride + y]! * across!.weights[column * across!.stride + x]!;
        sum += weight * data[pixel * channels + channel]!;
      }
    }
    return sum;
  };
}

/** @param step of which values every how manieth is looked at */
function mostOff(pixels: Pixels, axes: Axes, filter: Filter, antialias: boolean, step = 1): number {
  const { data, width, channels } = resizeAsTensorFlow(pixels, axes, filter, antialias, []);
  const valueOf = valueAt(pixels, axes, filter, antialias);
  let most = 0;
  for (let at = 0; at < data.length; at += step) {
    const pixel = Math.floor(at / channels);
    const value = valueOf(Math.floor(pixel / width), pixel % width, at % channels);
    most = Math.max(most, Math.abs(value - data[at]!));
  }
  return most;
}

describe.each(FILTERS)('%s, antialias %p', (filter, antialias) => {
  it.each([
    [64, 48, 22, 17],
    [37, 41, 53, 60],
    [50, 20, 9, 31],
    [33, 33, 7, 33],
    [3, 2, 1, 1],
    [1, 1, 5, 4],
    [700, 3, 2, 2],
    [3, 700, 2, 2],
  ])(
    '%d×%d to %d×%d is as in plain arithmetic, for every number of channels',
    (from, high, width, height) => {
      for (const channels of CHANNELS) {
        const pixels = noise(from, high, channels);
        const scaled = { width, height };
        const all = stretch(pixels, scaled);
        const shown = { left: width >> 1, top: height >> 1, width: 1, height: 1 };
        const [whole, part] = [axesOf(pixels, all), axesOf(pixels, { ...all, shown })];
        expect(mostOff(pixels, whole, filter, antialias)).toBeLessThan(1e-4);
        expect(mostOff(pixels, part, filter, antialias)).toBeLessThan(1e-4);
      }
    },
  );
});

it('a result that is made strip by strip is as in plain arithmetic too', () => {
  const pixels = noise(30, 4001, 3);
  const scaled = { width: 1000, height: 1501 };
  const axes = axesOf(pixels, stretch(pixels, scaled));
  expect(mostOff(pixels, axes, 'bilinear', true, 997)).toBeLessThan(1e-4);
  expect(mostOff(pixels, axes, 'bicubic', false, 997)).toBeLessThan(1e-4);
});
