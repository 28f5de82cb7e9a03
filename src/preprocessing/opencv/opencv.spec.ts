import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Channels } from '../image-input.js';
import { noise } from '../noise.fixture.js';
import { resampleBy } from '../resamplers.js';

interface Case {
  readonly interpolation: 'nearest' | 'linear' | 'cubic' | 'area';
  readonly channels: Channels;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly sha256: string;
}

/** Written by scripts/models/opencv_resampled.py, with OpenCV itself. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/opencv-resampled.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

/**
 * By interpolation, channels and sizes, where which value is another there: of `cubic` some that are a half before they are rounded. OpenCV adds up
 * in an order of its own.
 */
const OTHERS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  'cubic 3 3,2 1,1': { 1: 19 },
  'cubic 3 101,67 224,224': { 40998: 32, 96927: 78, 117421: 149, 131836: 155 },
  'cubic 3 640,480 224,224': { 30484: 115, 59548: 166 },
  'cubic 4 101,67 224,224': { 115197: 144 },
  'cubic 4 33,33 33,5': { 136: 109 },
  'cubic 4 640,480 224,224': { 50110: 93, 150202: 178 },
  'cubic 1 3,2 1,1': { 0: 49 },
};

describe('OpenCV’s pixels', () => {
  it.each(cases)(
    'are these, to the bit: $interpolation, $channels channels, $from to $to',
    async ({ interpolation, channels, from, to: [width, height], sha256 }) => {
      const shown = { left: 0, top: 0, width, height };
      const { data } = await resampleBy(
        `opencv.${interpolation}`,
        noise(...from, channels),
        { width, height },
        shown,
        false,
      );
      const others = Object.entries(OTHERS[`${interpolation} ${channels} ${from} ${width},${height}`] ?? {});
      for (const [at, value] of others) {
        expect(Math.abs(data[Number(at)]! - value)).toBe(1);
        data[Number(at)] = value;
      }
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    },
  );

  it.each(['nearest', 'linear', 'cubic', 'area'] as const)(
    'of a part are those of the whole: %s',
    async (by) => {
      const picture = noise(101, 67, 3);
      for (const scaled of [
        { width: 45, height: 30 },
        { width: 203, height: 150 },
      ]) {
        const whole = await resampleBy(
          `opencv.${by}`,
          picture,
          scaled,
          { left: 0, top: 0, ...scaled },
          false,
        );
        const shown = { left: 7, top: 3, width: 21, height: 17 };
        const part = await resampleBy(`opencv.${by}`, picture, scaled, shown, false);
        const rows = Array.from({ length: shown.height }, (_, y) => {
          const from = ((y + shown.top) * scaled.width + shown.left) * 3;
          return [...whole.data.subarray(from, from + shown.width * 3)];
        });
        expect([...part.data]).toEqual(rows.flat());
      }
    },
  );
});
