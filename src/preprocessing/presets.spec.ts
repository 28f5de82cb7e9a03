import { readFileSync } from 'node:fs';
import { normalisePixels } from '../engine/normalise.js';
import { planPreprocessing } from './plan.js';
import { readPreprocessing } from './read-preprocessing.js';
import { PRESETS } from './presets.js';

/** Written by scripts/models/keras_presets.py, with Keras itself. */
const KERAS = JSON.parse(
  readFileSync(new URL('../../test/fixtures/keras-presets.json', import.meta.url), 'utf8'),
) as {
  readonly pixels: readonly (readonly number[])[];
  readonly families: Readonly<Record<string, readonly (readonly number[])[]>>;
};

/** What a model is given of the pixels. */
function given(preset: string): number[] {
  const { pixels } = KERAS;
  const shape = [null, 1, pixels.length, 3];
  const { normalise } = planPreprocessing(readPreprocessing(preset, 'preprocessing'), {
    name: 'image',
    dtype: 'float32',
    shape,
  });
  const row = {
    dtype: 'uint8',
    shape: [1, 1, pixels.length, 3],
    data: Uint8Array.from(pixels.flat()),
  } as const;
  return [...(normalisePixels(row, normalise).data as Float32Array)];
}

describe('the presets of keras.applications', () => {
  it.each(Object.entries(KERAS.families))(
    'give a model of %s what its preprocess_input does',
    (family, rows) => {
      // The documented rounding of Keras's own arithmetic, in float32.
      const expected = rows.flat();
      given(`keras.applications.${family}`).forEach((value, index) =>
        expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(2.5e-7),
      );
    },
  );

  it('are those of the families that there are', () => {
    const names = Object.keys(KERAS.families).map((family) => `keras.applications.${family}`);
    expect([...PRESETS.keys()].filter((name) => name.startsWith('keras.')).toSorted()).toEqual(
      names.toSorted(),
    );
  });

  it('take the nearest pixel, as load_img does', () => {
    expect(readPreprocessing('keras.applications.vgg16', 'preprocessing')).toMatchObject({
      resize: 'stretch',
      resampling: 'nearest',
    });
  });
});

describe('a preset', () => {
  const read = (value: unknown) => readPreprocessing(value, 'preprocessing');

  it('that there is not is refused by itself too', () => {
    expect(() => read('imagenet')).toThrow(
      'Expected the name of a preset for preprocessing but received "imagenet". They',
    );
  });

  it('stands for the section, or in it, where what else is said goes before it', () => {
    const preset = 'keras.applications.resnet50';
    expect(read({ preset })).toEqual(read(preset));
    expect(read({ resampling: 'bicubic', preset, size: 300 })).toEqual({
      ...read(preset),
      resampling: 'bicubic',
      size: { width: 300, height: 300 },
    });
  });

  it.each([
    ['keras.applications.resnet_50', 'There are keras.applications.'],
    ['torchvision.resnet50.v3', 'There are torchvision.resnet50.v1, torchvision.resnet50.v2.'],
    [
      'torchvision.resnet_50.v1',
      'They are such as keras.applications.mobilenet_v2 and torchvision.resnet50.v2;',
    ],
    ['auto', 'They are such as'],
    [7, 'They are such as'],
  ])('named %j is refused: %s', (value, hint) => {
    const received = `but received ${JSON.stringify(value)}. ${hint}`;
    expect(() => read({ preset: value })).toThrow(
      `Expected the name of a preset for preprocessing.preset ${received}`,
    );
  });
});

describe('the presets of torchvision', () => {
  // As its documentation of each of these weights describes `transforms()`.
  it.each([
    ['resnet50.v1', 256, 224, 'bilinear'],
    ['resnet50.v2', 232, 224, 'bilinear'],
    ['efficientnet_b3.v1', 320, 300, 'bicubic'],
    ['swin_v2_b.v1', 272, 256, 'bicubic'],
    ['vit_l_16.v1', 242, 224, 'bilinear'],
    ['vit_h_14.swag_e2e_v1', 518, 518, 'bicubic'],
    ['inception_v3.v1', 342, 299, 'bilinear'],
  ] as const)(
    '%s: the short side to %d, of which %d are shown, by %s',
    (weights, shortSide, size, resampling) => {
      expect(readPreprocessing(`torchvision.${weights}`, 'preprocessing')).toEqual({
        resize: 'crop',
        shortSide,
        size: { width: size, height: size },
        resampling,
        scale: 'torch',
      });
    },
  );

  it('take off other means where the weights have others', () => {
    const plan = (preset: string) =>
      planPreprocessing(readPreprocessing(preset, 'p'), {
        name: 'image',
        dtype: 'float32',
        shape: [null, 3, null, null],
      }).normalise;
    const scaled = (preset: string, pixel: number) => {
      const { scale, mean, std } = plan(preset);
      return mean.map((value, channel) => (pixel * scale - value) / std[channel]!);
    };
    expect(scaled('torchvision.efficientnet_v2_l.v1', 255)).toEqual([1, 1, 1]);
    const [red] = scaled('torchvision.vgg16.features', 255);
    expect(red).toBeCloseTo(255 - 0.48235 * 255, 9);
  });

  it('can all be used, whatever is cut out of what', () => {
    for (const preset of PRESETS.keys()) {
      const input = { name: 'image', dtype: 'float32', shape: [null, 3, null, null] } as const;
      const size = preset.startsWith('keras.') ? { size: 224 } : {};
      expect(() => planPreprocessing(readPreprocessing({ preset, ...size }, 'p'), input)).not.toThrow();
    }
  });
});
