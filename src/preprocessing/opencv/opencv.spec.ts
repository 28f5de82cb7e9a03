import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Channels } from '../image-input.js';
import { noise } from '../noise.fixture.js';
import { stretch } from '../fits/stretch.js';
import { resampleBy } from '../resamplers.js';

interface Case {
  readonly interpolation: 'nearest' | 'linear' | 'cubic' | 'area';
  readonly channels: Channels;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  /** Of values that are a half before they are rounded: which way depends on the order in which a processor adds up. */
  readonly ties: readonly number[];
  readonly sha256: string;
}

/** Written by scripts/models/opencv_resampled.py, with OpenCV itself. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/opencv-resampled.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

const HOW = { antialias: false, pillow: 12, pad: [0, 0, 0] } as const;

describe('OpenCV’s pixels', () => {
  it.each(cases)(
    'are these, to the bit: $interpolation, $channels channels, $from to $to',
    async ({ interpolation, channels, from, to: [width, height], ties, sha256 }) => {
      const picture = noise(...from, channels);
      const fitted = stretch(picture, { width, height });
      const { data } = await resampleBy(`opencv.${interpolation}`, picture, fitted, HOW);
      for (const at of ties) data[at] = 0;
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    },
  );
});

describe('OpenCV’s averages of whole pixels', () => {
  it.each([
    [30, 24],
    [20, 12],
  ])('of a part of %d×%d are those of the whole', async (width, height) => {
    const picture = noise(60, 48, 3);
    const all = stretch(picture, { width, height });
    const shown = { left: 5, top: 3, width: 11, height: 7 };
    const whole = await resampleBy('opencv.area', picture, all, HOW);
    const part = await resampleBy('opencv.area', picture, { ...all, shown }, HOW);
    const rows = Array.from({ length: shown.height }, (_, y) => {
      const from = ((y + shown.top) * width + shown.left) * 3;
      return [...whole.data.subarray(from, from + shown.width * 3)];
    });
    expect([...part.data]).toEqual(rows.flat());
  });

  it('take in more of them than 32 bits can count', async () => {
    const [width, height] = [3000, 3000];
    const white = { data: new Uint8Array(width * height).fill(255), width, height, channels: 1 } as const;
    const one = stretch(white, { width: 1, height: 1 });
    const { data } = await resampleBy('opencv.area', white, one, HOW);
    expect([...data]).toEqual([255]);
  });
});
