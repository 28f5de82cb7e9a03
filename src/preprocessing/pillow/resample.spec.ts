import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { axesOf } from '../axis.js';
import { stretch } from '../fits/stretch.js';
import type { Pixels } from '../pixels.js';
import { type Filter, KERNELS } from '../kernel.js';
import { noise } from '../noise.fixture.js';
import { resample as resampleAxes } from './resample.js';

const FILTERS: readonly Filter[] = ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });

function resample(
  pixels: Pixels,
  scaled: { width: number; height: number },
  shown: ReturnType<typeof whole>,
  filter: Filter,
  antialias: boolean,
  version: 12 | 13 = 12,
): Pixels {
  return resampleAxes(
    pixels,
    axesOf(pixels, { ...stretch(pixels, scaled), shown }),
    filter,
    antialias,
    version,
  );
}

/** One axis as Pillow's C code does it, in 32-bit whole numbers, pixel by pixel. */
function along(pixels: number[][], to: number, resampling: Filter, antialias: boolean): number[][] {
  const { support, weight } = KERNELS[resampling];
  const from = pixels.length;
  const step = from / to;
  const shrinkage = antialias ? Math.max(1, step) : 1;
  return Array.from({ length: to }, (_, output) => {
    const centre = (output + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - support * shrinkage + 0.5));
    const end = Math.min(from, Math.trunc(centre + support * shrinkage + 0.5));
    const weights = Array.from({ length: end - first }, (__, tap) =>
      weight((first + tap - centre + 0.5) * (1 / shrinkage)),
    );
    const sum = weights.reduce((total, value) => total + value, 0);
    const rounded = weights.map((value) => {
      const scaled = (value / sum) * 2 ** 22;
      return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    });
    return pixels[0]!.map((__, inner) => {
      const product = rounded.reduce(
        (total, value, tap) => total + value * pixels[first + tap]![inner]!,
        2 ** 21,
      );
      return Math.min(255, Math.max(0, Math.floor(product / 2 ** 22)));
    });
  });
}

/** Rows first, then columns, unless the picture is more than a hundred times as high as wide: as Pillow before 13. */
function expected(
  { data, width, height, channels }: Pixels,
  to: { width: number; height: number },
  resampling: Filter,
  antialias: boolean,
): number[] {
  const picture = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => [
      ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
    ]),
  );
  const wide = (rows: number[][][]) => rows.map((row) => along(row, to.width, resampling, antialias));
  const high = (rows: number[][][]) =>
    along(
      rows.map((row) => row.flat()),
      to.height,
      resampling,
      antialias,
    );
  if (height <= 100 * width || to.height >= height) return high(wide(picture)).flat();
  const low = high(picture).map((row) =>
    Array.from({ length: width }, (_, x) => row.slice(x * channels, (x + 1) * channels)),
  );
  return wide(low).flat(2);
}

describe.each(FILTERS)('by %s', (resampling) => {
  it.each([
    [64, 48, 22, 17],
    [37, 41, 53, 60],
    [50, 20, 9, 31],
    [9, 70, 40, 8],
    [33, 33, 33, 5],
    [33, 33, 7, 33],
    [3, 2, 1, 1],
    [1, 1, 5, 4],
    [700, 3, 2, 2],
    [3, 400, 5, 20],
    [3, 300, 5, 20],
    [2, 250, 1, 300],
  ])(
    '%d×%d to %d×%d is as in plain arithmetic, for every number of channels',
    (from, high, width, height) => {
      for (const channels of [1, 3] as const) {
        for (const antialias of [true, false]) {
          const pixels = noise(from, high, channels);
          const { data } = resample(pixels, { width, height }, whole(width, height), resampling, antialias);
          expect([...data]).toEqual(expected(pixels, { width, height }, resampling, antialias));
        }
      }
    },
  );

  it('opaque RGBA is resampled as RGB', () => {
    const [rgb, rgba] = [noise(40, 30, 3), noise(40, 30, 4)];
    for (let pixel = 0; pixel < 1200; pixel += 1) {
      rgba.data.set([...rgb.data.subarray(pixel * 3, pixel * 3 + 3), 255], pixel * 4);
    }
    const size = { width: 13, height: 50 };
    const plain = resample(rgb, size, whole(13, 50), resampling, true).data;
    const { data } = resample(rgba, size, whole(13, 50), resampling, true);
    expect([...data].filter((_, index) => index % 4 !== 3)).toEqual([...plain]);
  });
});

it('a picture that takes much memory leaves later ones as they are', () => {
  const small = noise(40, 30, 3);
  const before = resample(small, { width: 9, height: 9 }, whole(9, 9), 'bilinear', true).data;
  const large: Pixels = {
    data: new Uint8Array(200 * 60_000).fill(9),
    width: 200,
    height: 60_000,
    channels: 1,
  };
  const { data } = resample(large, { width: 600, height: 5 }, whole(600, 5), 'bilinear', true);
  expect(new Set(data)).toEqual(new Set([9]));
  expect(resample(small, { width: 9, height: 9 }, whole(9, 9), 'bilinear', true).data).toEqual(before);
});

describe('Pillow’s pixels', () => {
  interface Case {
    readonly filter: Filter;
    readonly mode: 'L' | 'RGB' | 'RGBA';
    readonly from: readonly [width: number, height: number];
    readonly to: readonly [width: number, height: number];
    readonly sha256: string;
  }
  /** Written by scripts/models/pillow_resampled.py, with Pillow itself. */
  const { cases } = JSON.parse(
    readFileSync(new URL('../../../test/fixtures/pillow-resampled.json', import.meta.url), 'utf8'),
  ) as { readonly cases: readonly Case[] };

  /** One value of 200,704 is one level off there: the last bit of a cosine is another in C than in JavaScript. */
  const isOff = ({ filter, mode, from }: Case) => filter === 'hamming' && mode === 'RGBA' && from[0] === 640;

  it.each(cases.filter((one) => !isOff(one)))(
    'are these, to the bit: $filter, $mode, $from to $to',
    ({ filter, mode, from, to, sha256 }) => {
      const pixels = noise(...from, ({ L: 1, RGB: 3, RGBA: 4 } as const)[mode]);
      const [width, height] = to;
      const { data } = resample(pixels, { width, height }, whole(width, height), filter, true, 13);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    },
  );
});
