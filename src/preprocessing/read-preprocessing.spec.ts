import { readPreprocessing } from './read-preprocessing.js';

const read = (section: unknown) => readPreprocessing(section, 'preprocessing');

describe('the preprocessing section of model.yaml', () => {
  it('may be empty', () => {
    expect(read({})).toEqual({});
  });

  it('takes every key in each of its forms', () => {
    const rest = {
      resize: 'crop',
      shortSide: 256,
      resampling: 'bicubic',
      pillow: 13,
      antialias: false,
      orientation: 'ignore',
      decoder: 'tensorflow',
      colour: 'bgr',
      layout: 'nchw',
    };
    expect(read({ ...rest, size: 224, pad: '#Ff8000', background: [1, 2, 3], scale: 'torch' })).toEqual({
      ...rest,
      size: { width: 224, height: 224 },
      pad: [255, 128, 0],
      background: [1, 2, 3],
      scale: 'torch',
    });
    const scale = { scale: 0.5, mean: [1, 2, 3], std: 4 };
    expect(read({ size: [100, 200], scale })).toEqual({ size: { width: 200, height: 100 }, scale });
  });

  it('is short for the scale alone where it is auto, which may also stand beside other keys', () => {
    expect(read('auto')).toEqual({ scale: 'auto' });
    expect(read({ scale: 'auto', resampling: 'tensorflow.bilinear' })).toEqual({
      scale: 'auto',
      resampling: 'tensorflow.bilinear',
    });
    expect(read({ preset: 'keras.applications.mobilenet_v2', scale: 'auto' }).scale).toBe('auto');
  });

  it.each([
    [{ sise: 224 }, /^Expected one of preset, size, .* as a key of preprocessing but received "sise"\.$/],
    [{ size: 0 }, /^Expected a whole number from 1 to 8192 for preprocessing\.size but received 0\.$/],
    [{ size: [224] }, /^Expected a list of 2 for preprocessing\.size but received \[224\]\.$/],
    [{ size: [224, 1.5] }, /for preprocessing\.size\[1\] but received 1\.5\.$/],
    [
      { resize: 'squeeze' },
      /^Expected one of stretch, crop, letterbox, keras-crop, keras-pad, fit, pad for preprocessing\.resize but received "squeeze"\.$/,
    ],
    [
      { resampling: 'area' },
      /^Expected one of nearest, box, bilinear, hamming, bicubic, lanczos, opencv\.nearest, .*, fast for preprocessing\.resampling/,
    ],
    [{ shortSide: 0 }, /from 1 to 8192 for preprocessing\.shortSide but received 0\.$/],
    [{ pillow: 11 }, /^Expected a whole number from 12 to 13 for preprocessing\.pillow but received 11\.$/],
    [{ antialias: 'off' }, /^Expected true or false for preprocessing\.antialias but received "off"\.$/],
    [
      { decoder: 'opencv' },
      /^Expected one of pillow, tensorflow for preprocessing\.decoder but received "opencv"\.$/,
    ],
    [{ pad: 'red' }, /^Expected a colour as "#rrggbb" .* for preprocessing\.pad but received "red"\.$/],
    [{ background: [0, 0, 256] }, /from 0 to 255 for preprocessing\.background\[2\] but received 256\.$/],
    [
      { scale: 'imagenet' },
      /^Expected one of raw, unit, tf, torch, caffe, auto for preprocessing\.scale but received "imagenet"\.$/,
    ],
    [{ scale: { means: 1 } }, /^Expected one of scale, mean, std as a key of preprocessing\.scale/],
    [
      { scale: { std: [1, 0, 1] } },
      /^Expected a number above 0 for preprocessing\.scale\.std\[1\] but received 0\.$/,
    ],
    [{ scale: { mean: Number.NaN } }, /^Expected a number for preprocessing\.scale\.mean/],
    [[], /^Expected an object with preset, size, .* for preprocessing but received \[\]\.$/],
  ])('refuses %j in one sentence', (section, sentence) => {
    expect(() => read(section)).toThrow(sentence);
  });
});
