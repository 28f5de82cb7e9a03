import { ConfigError } from '../config/expect.js';
import type { DType } from '../engine/tensor.js';
import { planPreprocessing } from './plan.js';
import type { PreprocessingConfig } from './preprocessing-config.js';

type Shape = (number | null)[] | null;
const RGB: Shape = [null, 224, 160, 3];

const plan = (config: PreprocessingConfig, shape: Shape = RGB, dtype: DType = 'float32') =>
  planPreprocessing(config, { name: 'image', dtype, shape });

const round = (values: readonly number[]) => values.map((value) => Math.round(value * 1000) / 1000);

describe('a plan', () => {
  it('has a default for everything, read off the input', () => {
    expect(plan({})).toEqual({
      size: { width: 160, height: 224 },
      resize: 'stretch',
      shortSide: null,
      resampling: 'bilinear',
      pillow: 12,
      antialias: true,
      pad: [0, 0, 0],
      background: null,
      orientation: 'exif',
      decoder: 'pillow',
      channels: 3,
      scale: 'unit',
      normalise: {
        dtype: 'float32',
        layout: 'nhwc',
        order: [0, 1, 2],
        scale: 1,
        mean: [0, 0, 0],
        std: [255, 255, 255],
      },
    });
  });

  it('decodes as the library does that resamples, unless it is told otherwise', () => {
    expect(plan({ resampling: 'tensorflow.area' }).decoder).toBe('tensorflow');
    expect(plan({ resampling: 'tensorflow.area', decoder: 'pillow' }).decoder).toBe('pillow');
    expect(plan({ resampling: 'opencv.area' }).decoder).toBe('pillow');
    expect(plan({ decoder: 'tensorflow' }).decoder).toBe('tensorflow');
  });

  it('leaves pixels as they are for an integer input', () => {
    for (const dtype of ['int32', 'uint8'] as const) {
      const raw = { dtype, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
      expect(plan({}, RGB, dtype).normalise).toMatchObject(raw);
    }
  });

  it('scales as the head of the graph tells where the section does not say, or says auto', () => {
    const told = (config: PreprocessingConfig, takes: 'raw' | 'unit', dtype: DType = 'float32') =>
      planPreprocessing(config, { name: 'image', dtype, shape: RGB, takes }).scale;
    for (const scale of [undefined, 'auto'] as const) {
      expect(told({ scale }, 'raw')).toBe('raw');
      expect(told({ scale }, 'unit')).toBe('unit');
      expect(told({ scale }, 'unit', 'int32')).toBe('raw');
      expect(plan({ scale }, RGB, 'uint8').scale).toBe('raw');
    }
    expect(told({ scale: 'tf' }, 'raw')).toBe('tf');
  });

  it('refuses auto where the graph tells nothing', () => {
    expect(() => plan({ scale: 'auto' })).toThrow(
      new ConfigError(
        'Expected a Rescaling or Normalization layer at the head of the model for preprocessing: auto but found none: say preprocessing.scale, or the name of a preset.',
      ),
    );
  });

  it('keeps the own size of each picture where neither the input nor the section has one', () => {
    expect(plan({}, [null, null, null, 3]).size).toBeNull();
    const size = { width: 10, height: 20 };
    expect(plan({ size }, [null, null, null, 3]).size).toEqual(size);
    expect(plan({ size }, [null, 20, null, 3]).size).toEqual(size);
  });

  it('reads channels and layout off the input', () => {
    expect(plan({}, [null, 28, 28, 1])).toMatchObject({ channels: 1, normalise: { order: [0] } });
    expect(plan({}, [null, 28, 28, 4])).toMatchObject({ channels: 4, normalise: { order: [0, 1, 2, 3] } });
    expect(plan({}, [null, 3, 28, 14])).toMatchObject({
      channels: 3,
      size: { width: 14, height: 28 },
      normalise: { layout: 'nchw' },
    });
    expect(plan({}, [28, 14, 3])).toMatchObject({ channels: 3, size: { width: 14, height: 28 } });
  });

  it('takes the channels from the colour where the input has any number', () => {
    expect(plan({ colour: 'grey' }, [null, null, null, null]).channels).toBe(1);
    expect(plan({ colour: 'bgr' }, [null, null, null, null]).channels).toBe(3);
  });

  it('turns the order of colours for bgr and leaves alpha last', () => {
    expect(plan({ colour: 'bgr' }).normalise.order).toEqual([2, 1, 0]);
    expect(plan({ colour: 'bgr' }, [null, 28, 28, 4]).normalise.order).toEqual([2, 1, 0, 3]);
  });

  it('gives each colour its own mean whatever the order', () => {
    const caffe = plan({ scale: 'caffe' }).normalise;
    expect([caffe.order, round(caffe.mean)]).toEqual([
      [2, 1, 0],
      [103.939, 116.779, 123.68],
    ]);
    const turned = plan({ scale: 'caffe', colour: 'rgb' }).normalise;
    expect([turned.order, round(turned.mean)]).toEqual([
      [0, 1, 2],
      [123.68, 116.779, 103.939],
    ]);
    const torch = plan({ scale: 'torch', colour: 'bgr' }).normalise;
    expect([round(torch.mean), round(torch.std)]).toEqual([
      [0.406, 0.456, 0.485],
      [0.225, 0.224, 0.229],
    ]);
  });

  it.each<[DType, PreprocessingConfig]>([
    ['int32', { scale: { mean: 128 } }],
    ['int32', { scale: { scale: -2, mean: [0, 1, 2], std: 0.5 } }],
    ['uint8', { scale: 'raw' }],
    ['uint8', { scale: { scale: 1, mean: 0, std: [1, 1, 1] } }],
  ])('takes for %s any arithmetic that loses nothing: %j', (dtype, config) => {
    expect(plan(config, RGB, dtype).normalise.dtype).toBe(dtype);
  });

  it('spreads one number over all channels', () => {
    expect(plan({ scale: { scale: 2, mean: 3 } }).normalise).toMatchObject({
      scale: 2,
      mean: [3, 3, 3],
      std: [1, 1, 1],
    });
  });
});

describe('an input that is no float32', () => {
  it.each([
    ['float16', 'unit'],
    ['bfloat16', 'unit'],
    ['float64', 'unit'],
    ['int8', { mean: 128 }],
    ['int16', 'raw'],
    ['uint16', 'raw'],
    ['int64', 'raw'],
    ['uint64', 'raw'],
  ] as const)('of %s takes %j', (dtype, scale) => {
    const input = { name: 'image', dtype, shape: [null, 8, 8, 3] };
    expect(planPreprocessing({}, input)).toMatchObject({ scale, normalise: { dtype } });
  });

  it.each([
    ['int8', 'raw'],
    ['int8', 'unit'],
    ['uint16', { mean: 128 }],
    ['uint64', 'tf'],
  ] as const)('of %s does not take %j', (dtype, scale) => {
    const input = { name: 'image', dtype, shape: [null, 8, 8, 3] };
    expect(() => planPreprocessing({ scale }, input)).toThrow(/whole numbers \(the model's input is/);
  });

  it('of grey pictures without channels has one', () => {
    const input = { name: 'image', dtype: 'float32', shape: [null, 28, 20] } as const;
    const grey = planPreprocessing({}, input);
    expect(grey).toMatchObject({
      channels: 1,
      size: { height: 28, width: 20 },
      normalise: { layout: 'nhw' },
    });
  });
});

describe('a section that contradicts the input', () => {
  it.each<[string, PreprocessingConfig, Shape, DType, RegExp]>([
    [
      'in size',
      { size: { width: 224, height: 224 } },
      RGB,
      'float32',
      /^Expected \[224, 160\] .* for preprocessing\.size but received \[224,224\]\.$/,
    ],
    [
      'in half a size',
      {},
      [null, 224, null, 3],
      'float32',
      /^Expected \[224, width\] .* for preprocessing\.size but received nothing\.$/,
    ],
    [
      'by resizing to no size',
      { resize: 'crop' },
      [null, null, null, 3],
      'float32',
      /for preprocessing\.size/,
    ],
    [
      'with a short side of what is not cropped',
      { shortSide: 256 },
      RGB,
      'float32',
      /^Expected crop .* for preprocessing\.resize but received nothing\.$/,
    ],
    [
      'with a short side that the crop is longer than',
      { resize: 'crop', shortSide: 200 },
      RGB,
      'float32',
      /^Expected at least 224 .* for preprocessing\.shortSide but received 200\.$/,
    ],
    ['by its rank', {}, [null, 4], 'float32', /for the shape of input image but received \[null,4\]\.$/],
    ['by an unknown rank', {}, null, 'float32', /for the shape of input image but received null\.$/],
    ['by its channels', {}, [null, 8, 8, 5], 'float32', /^Expected 1, 3 or 4 channels at the end for/],
    [
      'by its layout',
      { layout: 'nchw' },
      RGB,
      'float32',
      /^Expected 1, 3 or 4 channels before the height for/,
    ],
    [
      'by any number of channels',
      {},
      [null, 8, 8, null],
      'float32',
      /for preprocessing\.colour but received nothing\.$/,
    ],
    [
      'by its dtype',
      {},
      RGB,
      'string',
      /^Expected a dtype of whole or real numbers for the dtype of input image but received "string"\.$/,
    ],
    [
      'with grey for three channels',
      { colour: 'grey' },
      RGB,
      'float32',
      /^Expected rgb or bgr .* but received "grey"\.$/,
    ],
    [
      'with colours for one channel',
      { colour: 'rgb' },
      [null, 8, 8, 1],
      'float32',
      /^Expected grey .* but received "rgb"\.$/,
    ],
    [
      'with torch for grey',
      { scale: 'torch' },
      [null, 8, 8, 1],
      'float32',
      /^Expected mean and std per channel .* but received "torch"\.$/,
    ],
    [
      'with caffe for grey',
      { scale: 'caffe', colour: 'grey' },
      [null, 8, 8, 1],
      'float32',
      /^Expected mean and std per channel .* but received "caffe"\.$/,
    ],
    [
      'with caffe for RGBA',
      { scale: 'caffe' },
      [null, 8, 8, 4],
      'float32',
      /^Expected mean and std per channel/,
    ],
    [
      'with too few means',
      { scale: { mean: [1, 2] } },
      RGB,
      'float32',
      /a list of 3 .* for preprocessing\.scale\.mean but received \[1,2\]\.$/,
    ],
    [
      'with fractions for bytes',
      { scale: 'unit' },
      RGB,
      'uint8',
      /^Expected raw \(the model's input is uint8\) for preprocessing\.scale but received "unit"\.$/,
    ],
    [
      'with other bytes for bytes',
      { scale: { scale: -1, mean: -255 } },
      RGB,
      'uint8',
      /^Expected raw \(the model's input is uint8\) for preprocessing\.scale but received \{"scale":-1,"mean":-255\}\.$/,
    ],
    [
      'with fractions for whole numbers',
      { scale: 'caffe' },
      RGB,
      'int32',
      /^Expected raw or what gives whole numbers \(the model's input is int32\) for preprocessing\.scale but received "caffe"\.$/,
    ],
    [
      'with a resampler that gives fractions for bytes',
      { resampling: 'tensorflow.bilinear' },
      RGB,
      'uint8',
      /^Expected tensorflow\.nearest, or .* for preprocessing\.resampling but received "tensorflow\.bilinear"\.$/,
    ],
    [
      "with TensorFlow's decoder where libvips scales",
      { resampling: 'fast', decoder: 'tensorflow' },
      RGB,
      'float32',
      /^Expected pillow \(fast scales while it decodes\) for preprocessing\.decoder but received "tensorflow"\.$/,
    ],
    [
      'with a version of Pillow for OpenCV',
      { resampling: 'opencv.area', pillow: 13 },
      RGB,
      'float32',
      /^Expected nothing \(opencv\.area is not Pillow's\) for preprocessing\.pillow but received 13\.$/,
    ],
    [
      'with antialias for OpenCV',
      { resampling: 'opencv.area', antialias: true },
      RGB,
      'float32',
      /^Expected nothing \(opencv\.area leaves no choice\) for preprocessing\.antialias but received true\.$/,
    ],
    [
      'with fractions of its own for whole numbers',
      { scale: { std: 2 } },
      RGB,
      'int32',
      /but received \{"std":2\}\.$/,
    ],
  ])('is refused: %s', (_what, config, shape, dtype, sentence) => {
    expect(() => plan(config, shape, dtype)).toThrow(ConfigError);
    expect(() => plan(config, shape, dtype)).toThrow(sentence);
  });
});
