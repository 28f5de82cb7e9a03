import { readFileSync } from 'node:fs';
import { stretch } from '../fits/stretch.js';
import { noise } from '../noise.fixture.js';
import { resampleBy } from '../resamplers.js';

interface Case {
  readonly method: 'nearest' | 'bilinear' | 'bicubic' | 'area' | 'lanczos3';
  readonly antialias: boolean;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  /** Of which values every how manieth is given. */
  readonly step: number;
  /** float32 in base64. */
  readonly values: string;
}

/** Written by scripts/models/tensorflow_resampled.py, with TensorFlow itself. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/tensorflow-resampled.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

/** Of values from 0 to 255: TensorFlow rounds to float32 after every step. */
const TOLERANCE = 0.001;

describe('the values of tf.image.resize', () => {
  it.each(cases)(
    'are these within 0.001: $method, antialias $antialias, $from to $to',
    async ({ method, antialias, from, to: [width, height], step, values }) => {
      const picture = noise(...from, 3);
      const fitted = stretch(picture, { width, height });
      const how = { antialias, pillow: 12, pad: [0, 0, 0] } as const;
      const { data } = await resampleBy(`tensorflow.${method}`, picture, fitted, how);
      const bytes = Uint8Array.from(Buffer.from(values, 'base64'));
      const expected = new Float32Array(bytes.buffer);
      expect(Math.ceil(data.length / step)).toBe(expected.length);
      const off = expected.map((value, index) => Math.abs(value - data[index * step]!));
      expect(Math.max(...off)).toBeLessThan(TOLERANCE);
    },
  );
});
