import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Channels } from './image-input.js';
import { noise } from './noise.fixture.js';
import { planPreprocessing } from './plan.js';
import { RESAMPLINGS, type PreprocessingConfig } from './preprocessing-config.js';
import { resize } from './resize.js';

interface Case {
  readonly resize: NonNullable<PreprocessingConfig['resize']>;
  readonly resampling: NonNullable<PreprocessingConfig['resampling']>;
  readonly channels: Channels;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly pad?: readonly [number, number, number];
  readonly antialias?: boolean;
  /** Of bytes. */
  readonly sha256?: string;
  /** Of fractions: of which values every how manieth is given. */
  readonly step?: number;
  /** float32 in base64. */
  readonly values?: string;
}

/** Written by scripts/models/fitted.py, with TensorFlow, Keras and Pillow themselves. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/fitted.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

/** Of values from 0 to 255: TensorFlow rounds to float32 after every step. */
const TOLERANCE = 0.001;

async function resized({ resize: how, from, to, channels, pad, antialias, resampling }: Case) {
  const config: PreprocessingConfig = {
    resize: how,
    resampling,
    ...(resampling.startsWith('tensorflow.') ? {} : { pillow: 13 }),
    ...(pad && { pad }),
    ...(antialias !== undefined && { antialias }),
  };
  const shape = [null, to[1], to[0], channels];
  const plan = planPreprocessing(config, { name: 'x', dtype: 'float32', shape });
  return (await resize(noise(...from, channels), plan)).data;
}

/** Two values of 150,528 are one level off there: the last bit of a cosine is another in C than in JavaScript. */
const isOff = ({ resampling, from }: Case) => resampling === 'hamming' && from[0] === 640;

describe('Pillow’s pixels', () => {
  it.each(cases.filter((one) => one.sha256 && !isOff(one)))(
    'are these, to the bit: $resize, $resampling, $channels channels, $from to $to',
    async (one) => {
      const data = await resized(one);
      expect(createHash('sha256').update(data).digest('hex')).toBe(one.sha256);
    },
  );
});

describe('the values of TensorFlow and Keras', () => {
  it.each(cases.filter(({ values }) => values))(
    'are these within 0.001: $resize, $resampling, antialias $antialias, $from to $to',
    async (one) => {
      const data = await resized(one);
      const bytes = Uint8Array.from(Buffer.from(one.values!, 'base64'));
      const expected = new Float32Array(bytes.buffer);
      expect(Math.ceil(data.length / one.step!)).toBe(expected.length);
      const off = expected.map((value, index) => Math.abs(value - data[index * one.step!]!));
      expect(Math.max(...off)).toBeLessThan(TOLERANCE);
    },
  );
});

describe('keras-crop', () => {
  const OTHERS = RESAMPLINGS.filter((one) => one.startsWith('opencv.') || one.startsWith('tensorflow.'));

  it.each(OTHERS)('is a stretch of the part that it cuts out: %s', async (resampling) => {
    const picture = noise(61, 40, 3);
    // 61×40 to 20×16: 50×40 is cut out, from 5 on.
    const rows = Array.from({ length: 40 }, (_, y) => [
      ...picture.data.subarray((y * 61 + 5) * 3, (y * 61 + 55) * 3),
    ]);
    const part = { ...picture, width: 50, data: Uint8Array.from(rows.flat()) };
    const input = { name: 'x', dtype: 'float32', shape: [null, 16, 20, 3] } as const;
    const [crop, stretch] = (['keras-crop', 'stretch'] as const).map((how) =>
      planPreprocessing({ resize: how, resampling }, input),
    );
    expect((await resize(picture, crop!)).data).toEqual((await resize(part, stretch!)).data);
  });
});
