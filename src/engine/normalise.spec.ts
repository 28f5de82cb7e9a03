import { type ColourOrder, type PreprocessingConfig } from '../preprocessing/preprocessing-config.js';
import { planPreprocessing } from '../preprocessing/plan.js';
import { type Normalise, NUMBER_ARRAYS, type Tensor } from './tensor.js';
import { normalisePixels } from './normalise.js';

/** One row of two pixels in RGB. */
const PIXELS: Tensor = {
  dtype: 'uint8',
  shape: [1, 1, 2, 3],
  data: Uint8Array.of(0, 64, 255, 200, 1, 128),
};

const RAW: Normalise = {
  dtype: 'float32',
  layout: 'nhwc',
  order: [0, 1, 2],
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/** What a model of that input gets, by what its model.yaml says. */
function given(config: PreprocessingConfig, layout: 'nhwc' | 'nchw' = 'nhwc'): Tensor {
  const shape = layout === 'nhwc' ? [null, 1, 2, 3] : [null, 3, 1, 2];
  const input = { name: 'image', dtype: 'float32', shape } as const;
  return normalisePixels(PIXELS, planPreprocessing({ ...config, layout }, input).normalise);
}

const numbers = ({ data }: Tensor) => [...(data as Float32Array)];

/** `keras.applications.imagenet_utils.preprocess_input` of TensorFlow 2.20 for the two pixels, channels last. */
const KERAS = {
  tf: [-1, -0.498039186000824, 1, 0.5686274766921997, -0.9921568632125854, 0.003921627998352051],
  torch: [
    -2.1179039478302, -0.9152660369873047, 2.640000104904175, 1.3070467710494995, -2.018207311630249,
    0.4264925718307495,
  ],
  caffe: [
    151.06100463867188, -52.77899932861328, -123.68000030517578, 24.060997009277344, -115.77899932861328,
    76.31999969482422,
  ],
} as const;

/** Channels last to channels first, of the one row of two pixels. */
const planes = (values: readonly number[]) => [0, 3, 1, 4, 2, 5].map((index) => values[index]!);

describe('pixels as the graph takes them', () => {
  it.each([
    ['tf', 6e-8],
    ['torch', 2.5e-7],
    ['caffe', 0],
  ] as const)('are Keras’s in both layouts: %s, within %d', (scale, tolerance) => {
    for (const [layout, expected] of [
      ['nhwc', KERAS[scale]],
      ['nchw', planes(KERAS[scale])],
    ] as const) {
      const tensor = given({ scale }, layout);
      expect(tensor.shape).toEqual(layout === 'nhwc' ? [1, 1, 2, 3] : [1, 3, 1, 2]);
      numbers(tensor).forEach((value, index) =>
        expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(tolerance),
      );
    }
  });

  it.each<[string, PreprocessingConfig, readonly number[]]>([
    ['0…1', { scale: 'unit' }, [0, 64, 255, 200, 1, 128].map((value) => Math.fround(value / 255))],
    ['untouched', { scale: 'raw' }, [0, 64, 255, 200, 1, 128]],
    ['BGR', { scale: 'raw', colour: 'bgr' }, [255, 64, 0, 128, 1, 200]],
    [
      'of means and deviations in the model’s order of channels',
      { colour: 'bgr', scale: { scale: 2, mean: [1, 2, 3], std: [10, 20, 40] } },
      [509 / 10, 126 / 20, -3 / 40, 255 / 10, 0, 397 / 40].map(Math.fround),
    ],
  ])('are %s where model.yaml says so, to the bit', (_what, config, expected) => {
    expect(numbers(given(config))).toEqual(expected);
    expect(numbers(given(config, 'nchw'))).toEqual(planes(expected));
  });

  it('are rounded once, from float64', () => {
    const data = Uint8Array.from({ length: 256 * 3 }, (_, index) => Math.floor(index / 3));
    const how = { ...RAW, scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const tensor = normalisePixels({ dtype: 'uint8', shape: [1, 16, 16, 3], data }, how);
    numbers(tensor).forEach((value, index) => {
      const channel = index % 3;
      expect(value).toBe(Math.fround((data[index]! / 255 - how.mean[channel]!) / how.std[channel]!));
    });
  });
});

describe('fractions of pixels', () => {
  it('are computed as bytes are', () => {
    const pixels: Tensor = {
      dtype: 'float32',
      shape: [1, 1, 2, 3],
      data: Float32Array.of(0, 64, 255, 200.25, 1, 9),
    };
    const how: Normalise = { ...RAW, order: [2, 1, 0], scale: 2, mean: [1, 2, 3], std: [10, 20, 40] };
    const expected = [509 / 10, 126 / 20, -3 / 40, 17 / 10, 0, 397.5 / 40].map(Math.fround);
    expect(numbers(normalisePixels(pixels, how))).toEqual(expected);
    expect(numbers(normalisePixels(pixels, { ...how, layout: 'nchw' }))).toEqual(planes(expected));
  });

  it('may stay as they are', () => {
    const pixels: Tensor = { dtype: 'float32', shape: [1, 1, 3], data: Float32Array.of(0.5, 64, 255) };
    expect(normalisePixels({ ...pixels, normalise: RAW }, RAW)).toEqual(pixels);
  });
});

describe('a tensor of pixels', () => {
  const bgr = { ...RAW, order: [2, 1, 0] };
  const data = Uint8Array.from({ length: 24 }, (_, index) => index);

  it.each([
    ['nhwc', [2, 2, 2, 3], [2, 2, 2, 3], [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9]],
    ['nchw', [2, 2, 2, 3], [2, 3, 2, 2], [2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9]],
  ] as const)('may have several pictures, each on its own: %s', (layout, shape, expectedShape, first) => {
    const tensor = normalisePixels({ dtype: 'uint8', shape, data }, { ...bgr, layout });
    expect(tensor).toMatchObject({ dtype: 'float32', shape: expectedShape });
    expect(numbers(tensor)).toEqual([...first, ...first.map((value) => value + 12)]);
  });

  it.each([
    ['nhwc', [2, 4, 3]],
    ['nchw', [3, 2, 4]],
  ] as const)('may be one picture without a batch: %s', (layout, expectedShape) => {
    const tensor = normalisePixels({ dtype: 'uint8', shape: [2, 4, 3], data }, { ...bgr, layout });
    expect(tensor.shape).toEqual(expectedShape);
    expect(numbers(tensor).slice(0, 3)).toEqual(layout === 'nhwc' ? [2, 1, 0] : [2, 5, 8]);
  });

  it.each([1, 4])('may have %d channels', (channels) => {
    const order = Array.from({ length: channels }, (_, channel) => channel);
    const how = { ...RAW, order, mean: order.map(() => 1), std: order.map(() => 2) };
    const tensor = normalisePixels({ dtype: 'uint8', shape: [1, 1, 24 / channels, channels], data }, how);
    expect(numbers(tensor)).toEqual([...data].map((value) => (value - 1) / 2));
  });

  it('may have no pictures', () => {
    const tensor = normalisePixels({ dtype: 'uint8', shape: [0, 2, 2, 3], data: new Uint8Array() }, bgr);
    expect(tensor).toMatchObject({ dtype: 'float32', shape: [0, 2, 2, 3], data: new Float32Array() });
  });

  it('is not written to', () => {
    const before = Uint8Array.from(data);
    normalisePixels({ dtype: 'uint8', shape: [2, 2, 2, 3], data }, { ...bgr, dtype: 'uint8' });
    expect(data).toEqual(before);
  });
});

describe('an integer input', () => {
  it.each<[Normalise['dtype'], ColourOrder, readonly number[]]>([
    ['int32', 'rgb', [0, 64, 255, 200, 1, 128]],
    ['int32', 'bgr', [255, 64, 0, 128, 1, 200]],
    ['uint8', 'rgb', [0, 64, 255, 200, 1, 128]],
    ['uint8', 'bgr', [255, 64, 0, 128, 1, 200]],
  ])('of %s gets the pixels as they are, in %s', (dtype, colour, expected) => {
    for (const layout of ['nhwc', 'nchw'] as const) {
      const order = colour === 'bgr' ? [2, 1, 0] : [0, 1, 2];
      const tensor = normalisePixels(PIXELS, { ...RAW, dtype, order, layout });
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.normalise).toBeUndefined();
      expect(tensor.data).toBeInstanceOf(dtype === 'int32' ? Int32Array : Uint8Array);
      expect(numbers(tensor)).toEqual(layout === 'nhwc' ? expected : planes(expected));
    }
  });

  it('of int32 may lie around 0', () => {
    const tensor = normalisePixels(PIXELS, { ...RAW, dtype: 'int32', mean: [128, 128, 128] });
    expect(numbers(tensor)).toEqual([-128, -64, 127, 72, -127, 0]);
  });
});

describe('an input of another dtype', () => {
  const half = { ...RAW, mean: [0, 0, 0], std: [2, 2, 2] };

  it.each<[Normalise['dtype'], Normalise, readonly (number | bigint)[]]>([
    ['float64', half, [0, 32, 127.5, 100, 0.5, 64]],
    ['float16', half, [0, 0x5000, 0x57f8, 0x5640, 0x3800, 0x5400]],
    ['bfloat16', half, [0, 0x4200, 0x42ff, 0x42c8, 0x3f00, 0x4280]],
    ['int8', { ...RAW, mean: [128, 128, 128] }, [-128, -64, 127, 72, -127, 0]],
    ['int16', RAW, [0, 64, 255, 200, 1, 128]],
    ['uint16', RAW, [0, 64, 255, 200, 1, 128]],
    ['int64', RAW, [0n, 64n, 255n, 200n, 1n, 128n]],
    ['uint64', RAW, [0n, 64n, 255n, 200n, 1n, 128n]],
  ])('%s gets its own numbers', (dtype, how, expected) => {
    const { data } = normalisePixels(PIXELS, { ...how, dtype });
    expect(data).toBeInstanceOf(NUMBER_ARRAYS[dtype]);
    expect([...(data as Iterable<number | bigint>)]).toEqual(expected);
    const { data: ofFloats } = normalisePixels(
      { ...PIXELS, dtype: 'float32', data: Float32Array.from(PIXELS.data as Uint8Array) },
      { ...how, dtype },
    );
    expect(ofFloats).toEqual(data);
  });

  it('without an axis for the channel gets grey planes', () => {
    const grey: Tensor = { dtype: 'uint8', shape: [2, 1, 3, 1], data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const how: Normalise = { ...RAW, layout: 'nhw', order: [0], mean: [0], std: [1] };
    const tensor = normalisePixels(grey, how);
    expect(tensor).toEqual({ dtype: 'float32', shape: [2, 1, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });
});
