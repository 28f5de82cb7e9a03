import type { ColourOrder, ScalePreset } from './preprocessing-config.js';
import { arithmetic } from './scale.js';

/** `Normalise` as its contract has it, for one pixel value in every channel. */
function normalised(value: number, preset: ScalePreset, order: ColourOrder): number[] {
  const { scale, mean, std } = arithmetic(preset, order, 3);
  return mean.map((average, channel) => Math.fround((value * scale - average) / (std[channel] ?? 1)));
}

/** What `keras.applications.imagenet_utils.preprocess_input` of Keras 3.15 gives for a pixel of these values. */
const KERAS: Record<'tf' | 'torch' | 'caffe', readonly (readonly [number, number[]])[]> = {
  tf: [
    [0, [-1, -1, -1]],
    [1, [-0.99215686, -0.99215686, -0.99215686]],
    [64, [-0.4980392, -0.4980392, -0.4980392]],
    [128, [0.003921628, 0.003921628, 0.003921628]],
    [200, [0.5686275, 0.5686275, 0.5686275]],
    [255, [1, 1, 1]],
  ],
  torch: [
    [0, [-2.117904, -2.0357141, -1.8044444]],
    [1, [-2.1007793, -2.0182073, -1.7870152]],
    [64, [-1.0219197, -0.91526604, -0.68897593]],
    [128, [0.07406463, 0.2051822, 0.42649257]],
    [200, [1.3070468, 1.4656863, 1.6813945]],
    [255, [2.2489083, 2.4285715, 2.64]],
  ],
  caffe: [
    [0, [-103.939, -116.779, -123.68]],
    [1, [-102.939, -115.779, -122.68]],
    [64, [-39.939003, -52.779, -59.68]],
    [128, [24.060997, 11.221001, 4.3199997]],
    [200, [96.061, 83.221, 76.32]],
    [255, [151.061, 138.22101, 131.32]],
  ],
};

describe('a preset', () => {
  it.each(KERAS.tf)('tf gives Keras’s number for %d within its rounding', (value, expected) => {
    normalised(value, 'tf', 'rgb').forEach((number, channel) =>
      expect(Math.abs(number - expected[channel]!)).toBeLessThan(6e-8),
    );
  });

  it.each(KERAS.torch)('torch gives Keras’s number for %d within its rounding', (value, expected) => {
    normalised(value, 'torch', 'rgb').forEach((number, channel) =>
      expect(Math.abs(number - expected[channel]!)).toBeLessThan(2.5e-7),
    );
  });

  it.each(KERAS.caffe)('caffe gives Keras’s number for %d to the bit', (value, expected) => {
    expect(normalised(value, 'caffe', 'bgr')).toEqual(expected.map(Math.fround));
  });

  it('unit gives x / 255 to the bit', () => {
    for (let value = 0; value < 256; value += 1) {
      expect(normalised(value, 'unit', 'rgb')).toEqual(
        [value, value, value].map((x) => Math.fround(x / 255)),
      );
    }
  });

  it('raw leaves pixels alone', () => {
    expect(normalised(77, 'raw', 'rgb')).toEqual([77, 77, 77]);
  });
});
