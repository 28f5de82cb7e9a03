import type { Pixels } from './pixels.js';
import type { PreprocessingPlan } from './plan.js';
import { planPreprocessing } from './plan.js';
import { type PreprocessingConfig, RESAMPLINGS } from './preprocessing-config.js';
import { resize } from './resize.js';

function plan(
  width: number,
  height: number,
  channels: number,
  config: PreprocessingConfig = {},
): PreprocessingPlan {
  return planPreprocessing(config, { name: 'x', dtype: 'float32', shape: [null, height, width, channels] });
}

function pixels(width: number, height: number, channels: 1 | 3 | 4, data: readonly number[]): Pixels {
  return { width, height, channels, data: Uint8Array.from(data) };
}

/** 40×30 grey that grows to the right and downwards, with a fine pattern. */
const textured = pixels(
  40,
  30,
  1,
  Array.from({ length: 1200 }, (_, i) => {
    const [x, y] = [i % 40, Math.floor(i / 40)];
    return Math.min(255, Math.floor((x * x) / 8) + y * 2 + ((x * y) % 11) * 3);
  }),
);

describe('an enlarged picture', () => {
  const row = pixels(4, 1, 1, [0, 255, 100, 30]);

  // The numbers of Pillow 13.
  it.each([
    ['nearest', 6, [0, 255, 255, 100, 100, 30]],
    ['bilinear', 6, [0, 128, 229, 126, 65, 30]],
    ['bicubic', 6, [0, 129, 252, 126, 54, 25]],
    ['bilinear', 8, [0, 64, 191, 216, 139, 83, 48, 30]],
    ['bicubic', 8, [0, 52, 209, 243, 142, 74, 40, 24]],
    ['bilinear', 12, [0, 0, 85, 170, 255, 203, 152, 100, 77, 53, 30, 30]],
    ['bicubic', 12, [0, 0, 76, 184, 255, 231, 161, 100, 66, 44, 30, 23]],
  ] as const)('is to the bit as Pillow makes it: %s to %d', async (resampling, width, expected) => {
    const { data } = await resize(row, plan(width, 1, 1, { resampling }));
    expect([...data]).toEqual(expected);
  });

  it.each([
    [
      'bilinear',
      [
        255, 0, 0, 191, 0, 64, 64, 0, 191, 0, 0, 255, 133, 100, 15, 111, 85, 52, 67, 55, 126, 45, 40, 163, 10,
        200, 30, 30, 170, 40, 70, 110, 60, 90, 80, 70,
      ],
    ],
    [
      'lanczos',
      [
        255, 0, 0, 217, 0, 61, 58, 0, 213, 0, 0, 255, 128, 111, 12, 113, 86, 49, 65, 54, 129, 52, 30, 166, 0,
        248, 26, 8, 193, 37, 72, 121, 44, 117, 66, 55,
      ],
    ],
  ] as const)('is so in colour and along both sides: %s', async (resampling, expected) => {
    const colours = pixels(2, 2, 3, [255, 0, 0, 0, 0, 255, 10, 200, 30, 90, 80, 70]);
    const { data } = await resize(colours, plan(4, 3, 3, { resampling }));
    expect([...data]).toEqual(expected);
  });

  it('does not let colours under transparent pixels bleed', async () => {
    const clear = pixels(2, 2, 4, [255, 0, 0, 255, 0, 0, 255, 0, 10, 200, 30, 128, 90, 80, 70, 60]);
    const { data } = await resize(clear, plan(3, 3, 4, { resampling: 'bicubic' }));
    // Pillow's numbers.
    expect([...data.subarray(0, 8)]).toEqual([255, 0, 0, 255, 255, 0, 0, 130]);
    expect([...data.subarray(16, 20)]).toEqual([163, 68, 18, 111]);
  });
});

describe('a shrunk picture', () => {
  // Pillow's numbers for the picture at 6×4.
  it.each([
    [
      'bilinear',
      [
        23, 34, 56, 87, 132, 179, 36, 46, 68, 100, 145, 193, 52, 62, 84, 116, 160, 209, 65, 76, 98, 129, 174,
        221,
      ],
    ],
    [
      'bicubic',
      [
        21, 31, 54, 85, 131, 182, 36, 45, 68, 99, 145, 197, 52, 61, 84, 115, 161, 213, 65, 76, 98, 129, 175,
        226,
      ],
    ],
    [
      'lanczos',
      [
        21, 31, 53, 84, 130, 183, 36, 45, 68, 99, 144, 198, 52, 61, 84, 115, 160, 214, 66, 76, 98, 129, 175,
        227,
      ],
    ],
  ] as const)('is to the bit as Pillow makes it: %s', async (resampling, expected) => {
    const { data } = await resize(textured, plan(6, 4, 1, { resampling }));
    expect([...data]).toEqual(expected);
  });

  it('is to the bit as Pillow makes it: nearest', async () => {
    const { data } = await resize(textured, plan(6, 4, 1, { resampling: 'nearest' }));
    expect([...data]).toEqual([
      34, 42, 50, 81, 124, 195, 23, 34, 54, 88, 134, 184, 67, 60, 74, 123, 151, 228, 56, 85, 111, 130, 194,
      217,
    ]);
  });
});

describe('a picture shrunk without antialias', () => {
  // What tf.image.resize of TensorFlow 2.20 makes of them.
  it.each([
    ['bilinear', [212.5, 60, 18.33]],
    ['bicubic', [230.53, 48.75, 5.66]],
  ] as const)('is TensorFlow’s, rounded: %s of a row', async (resampling, expected) => {
    const row = pixels(8, 1, 1, [0, 255, 100, 30, 90, 200, 10, 60]);
    const { data } = await resize(row, plan(3, 1, 1, { resampling, antialias: false }));
    expected.forEach((value, index) => expect(Math.abs(data[index]! - value)).toBeLessThanOrEqual(0.5));
  });

  it.each([
    [
      'bilinear',
      [
        28.08, 35.88, 55.17, 79.62, 134.5, 188.5, 28.46, 33.62, 58.54, 92.75, 132.62, 190.88, 59.08, 64.38,
        81.17, 119.62, 155.5, 223.5, 63.58, 78.62, 105.17, 125.88, 182.5, 224.5,
      ],
    ],
    [
      'bicubic',
      [
        30.71, 37.46, 54.41, 79.22, 135.29, 190.33, 26.9, 31.1, 56.9, 91.78, 130.24, 189.33, 61.14, 65.96,
        78.75, 121.13, 152.49, 226.12, 61.5, 78.98, 107.59, 125.47, 185.39, 221.92,
      ],
    ],
  ] as const)('is TensorFlow’s within a level along both sides: %s', async (resampling, expected) => {
    const { data } = await resize(textured, plan(6, 4, 1, { resampling, antialias: false }));
    expected.forEach((value, index) => expect(Math.abs(data[index]! - value)).toBeLessThanOrEqual(1));
  });

  it('may be cropped: of the scaled picture the centre', async () => {
    const config = { resampling: 'bilinear', antialias: false } as const;
    const wide = pixels(
      50,
      30,
      1,
      Array.from({ length: 1500 }, (_, i) => textured.data[i % 1200]!),
    );
    const all = await resize(wide, plan(10, 6, 1, config));
    const centre = await resize(wide, plan(6, 6, 1, { ...config, resize: 'crop' }));
    const rows = Array.from({ length: 6 }, (_, y) => [...all.data.subarray(y * 10 + 2, y * 10 + 8)]);
    expect([...centre.data]).toEqual(rows.flat());
  });
});

describe.each(RESAMPLINGS.filter((one) => one !== 'fast'))('by %s', (resampling) => {
  it('a picture of the right size stays as it is', async () => {
    const { data } = await resize(textured, plan(40, 30, 1, { resampling }));
    expect(data).toEqual(textured.data);
  });

  it('one colour stays that colour whatever the size', async () => {
    const sand = [194, 178, 128];
    const picture = pixels(30, 20, 3, Array.from({ length: 600 }, () => sand).flat());
    for (const [width, height] of [
      [7, 9],
      [60, 50],
      [10, 50],
      [45, 5],
    ] as const) {
      for (const how of ['stretch', 'crop'] as const) {
        for (const antialias of resampling.startsWith('opencv.') ? [undefined] : [true, false]) {
          const config = { resampling, resize: how, ...(antialias !== undefined && { antialias }) } as const;
          const { data } = await resize(picture, plan(width, height, 3, config));
          // TensorFlow's own shares of `area` do not add up to 1 exactly.
          const rounded = Array.from(data, (value) => Math.round(value * 100) / 100);
          expect(rounded).toEqual(Array.from({ length: width * height }, () => sand).flat());
        }
      }
    }
  });

  it.each([
    [20_000, 1],
    [1, 20_000],
  ])('a crop of %d×%d costs no more than what is seen', async (width, height) => {
    const sliver = pixels(
      width,
      height,
      1,
      Array.from({ length: 20_000 }, () => 9),
    );
    const { data } = await resize(sliver, plan(64, 64, 1, { resampling, resize: 'crop' }));
    expect([...new Set(data)]).toEqual([9]);
  });
});

describe('the parts of a picture', () => {
  // Left third 10, middle 20, right 30.
  const stripes = pixels(6, 2, 1, [10, 10, 20, 20, 30, 30, 10, 10, 20, 20, 30, 30]);

  it('outside the centre are cut off by crop', async () => {
    const { data } = await resize(stripes, plan(2, 2, 1, { resize: 'crop' }));
    expect([...data]).toEqual([20, 20, 20, 20]);
  });

  it('further from the centre are cut off where the short side is longer than the size', async () => {
    // 6×2 becomes 12×4, and of that the 2×2 in the middle is shown.
    const config = { resize: 'crop', shortSide: 4, resampling: 'nearest' } as const;
    const { data } = await resize(
      pixels(6, 2, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
      plan(2, 2, 1, config),
    );
    expect([...data]).toEqual([3, 4, 9, 10]);
  });

  it('are all there in a letterbox, in the middle of its colour', async () => {
    const { data } = await resize(stripes, plan(6, 4, 1, { resize: 'letterbox', pad: [7, 7, 7] }));
    expect([...data]).toEqual([7, 7, 7, 7, 7, 7, ...stripes.data, 7, 7, 7, 7, 7, 7]);
  });

  it.each([
    [400, 300, 224, 224, { left: 0, top: 28 }],
    [300, 400, 224, 224, { left: 28, top: 0 }],
    [3, 2, 10, 10, { left: 0, top: 1 }],
    [10_000, 1, 100, 100, { left: 0, top: 49 }],
    [10, 20, 30, 60, { left: 0, top: 0 }],
  ])('of %d×%d lie in a letterbox of %d×%d at %j', async (wide, high, width, height, at) => {
    const picture = pixels(
      wide,
      high,
      1,
      Array.from({ length: wide * high }, () => 9),
    );
    const { data } = await resize(picture, plan(width, height, 1, { resize: 'letterbox' }));
    const first = data.indexOf(9);
    expect({ left: first % width, top: Math.floor(first / width) }).toEqual(at);
  });

  it('are padded with the colour’s grey, or with opaque colour, and where none is said with 0 in every channel', async () => {
    const config = { resize: 'letterbox', pad: [255, 0, 0] } as const;
    const grey = await resize(pixels(1, 1, 1, [5]), plan(1, 3, 1, config));
    expect([...grey.data]).toEqual([76, 5, 76]);
    const rgba = await resize(pixels(1, 1, 4, [1, 2, 3, 4]), plan(1, 3, 4, config));
    expect([...rgba.data]).toEqual([255, 0, 0, 255, 1, 2, 3, 4, 255, 0, 0, 255]);
    const clear = await resize(pixels(1, 1, 4, [1, 2, 3, 4]), plan(1, 3, 4, { resize: 'letterbox' }));
    expect([...clear.data]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
  });

  it('keep their size where the plan has none', async () => {
    const own = planPreprocessing({}, { name: 'x', dtype: 'float32', shape: [null, null, null, 1] });
    expect(await resize(stripes, own)).toBe(stripes);
  });
});

describe('an extreme strip', () => {
  const strip = (width: number, height: number): Pixels => ({
    width,
    height,
    channels: 1,
    data: new Uint8Array(width * height).fill(200),
  });

  it.each([
    ['keras-crop', 'tensorflow.area'],
    ['keras-crop', 'bilinear'],
    ['keras-crop', 'opencv.area'],
    ['fit', 'lanczos'],
    ['fit', 'nearest'],
  ] as const)('has its middle cut out: %s by %s', async (how, resampling) => {
    for (const [width, height] of [
      [70_000, 2],
      [2, 70_000],
      [300_000, 1],
    ] as const) {
      const { data } = await resize(strip(width, height), plan(16, 24, 1, { resize: how, resampling }));
      expect([...new Set(Array.from(data, (value) => Math.round(value)))]).toEqual([200]);
    }
  });

  it.each([
    [70_000, 500],
    [500, 70_000],
  ])('of %d×%d is padded as a less extreme one of its proportions', async (width, height) => {
    const config = { resize: 'keras-pad', resampling: 'tensorflow.area', pad: [50, 50, 50] } as const;
    const most = await resize(strip(width, height), plan(48, 40, 1, config));
    const less = await resize(strip(width / 100, height / 100), plan(48, 40, 1, config));
    const off = Array.from(most.data, (value, at) => Math.abs(value - less.data[at]!));
    expect(Math.max(...off)).toBeLessThan(3);
    expect(Math.max(...most.data)).toBeGreaterThan(70);
  });

  it('that is but a line leaves nothing of itself, in no more time', async () => {
    const config = { resize: 'keras-pad', resampling: 'tensorflow.lanczos3', antialias: true } as const;
    const { data } = await resize(strip(4_000_000, 1), plan(16, 512, 1, config));
    expect(Math.max(...data)).toBeLessThan(200);
    const { data: none } = await resize(strip(4000, 1), plan(16, 16, 1, { resize: 'pad', pad: [9, 9, 9] }));
    expect([...new Set(none)]).toEqual([9]);
  });
});
