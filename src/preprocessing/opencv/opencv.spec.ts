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
  /** Of values that are a half before they are rounded: which way depends on the order in which a processor adds up. */
  readonly ties: readonly number[];
  readonly sha256: string;
}

/** Written by scripts/models/opencv_resampled.py, with OpenCV itself. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/opencv-resampled.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

describe('OpenCV’s pixels', () => {
  it.each(cases)(
    'are these, to the bit: $interpolation, $channels channels, $from to $to',
    async ({ interpolation, channels, from, to: [width, height], ties, sha256 }) => {
      const shown = { left: 0, top: 0, width, height };
      const { data } = await resampleBy(
        `opencv.${interpolation}`,
        noise(...from, channels),
        { width, height },
        shown,
        false,
      );
      for (const at of ties) data[at] = 0;
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    },
  );
});
