import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { READABLE_FORMATS } from '../images/formats.js';
import { normalisePixels } from '../engine/normalise.js';
import { encodePng } from './encode.js';
import { noise } from './noise.fixture.js';
import type { PictureLimits } from './picture.js';
import { workHere } from './picture-work.js';
import { planPreprocessing, type PreprocessingPlan } from './plan.js';
import { PRESETS } from './presets.js';
import { readPreprocessing } from './read-preprocessing.js';

const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e8,
  requestTimeoutMs: 10_000,
};

/** What torchvision's own arithmetic, in float32, rounds off, before it divides by the deviation. */
const ROUNDING = 1.5e-7;

/** Of one picture. */
interface Given {
  /** Of what is cut out, before it is normalised. */
  readonly sha256: string;
  readonly step: number;
  /** Every `step`-th of what the model is given, as float32 in base64. */
  readonly values: string;
}

/** Written by scripts/models/torchvision_presets.py, with torchvision itself. */
const { pictures, transforms } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/torchvision-presets.json', import.meta.url), 'utf8'),
) as {
  readonly pictures: readonly (readonly [width: number, height: number])[];
  readonly transforms: readonly { readonly weights: readonly string[]; readonly given: readonly Given[] }[];
};

/** `resnet50.IMAGENET1K_V2` as it is called here. */
function presetFor(weights: string): string {
  return `torchvision.${weights.replace('.IMAGENET1K_', '.').toLowerCase()}`;
}

function planFor(weights: string): PreprocessingPlan {
  const config = readPreprocessing(presetFor(weights), 'preprocessing');
  return planPreprocessing(config, { name: 'image', dtype: 'float32', shape: [null, 3, null, null] });
}

it('there is a preset for all weights for ImageNet that torchvision has, and for no others', () => {
  const ours = [...PRESETS.keys()].filter((name) => name.startsWith('torchvision.'));
  const theirs = transforms.flatMap(({ weights }) => weights.map(presetFor));
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});

describe('a model is given what it is by transforms()', () => {
  const files: Uint8Array[] = [];

  beforeAll(async () => {
    for (const size of pictures) files.push(await encodePng(noise(...size, 3)));
  });

  it.each(transforms.map((one) => ({ first: one.weights[0]!, count: one.weights.length, ...one })))(
    'of $first; $count weights have it',
    async ({ first, weights, given }) => {
      const plan = planFor(first);
      for (const name of weights) expect({ name, plan: planFor(name) }).toEqual({ name, plan });

      for (const [picture, { sha256, step, values }] of given.entries()) {
        const { data, width, height } = await workHere.toPixels(files[picture]!, plan, LIMITS);
        const bytes = data as Uint8Array;
        const found = createHash('sha256').update(bytes).digest('hex');
        expect({ size: pictures[picture], sha256: found }).toEqual({ size: pictures[picture], sha256 });

        const pixels = { dtype: 'uint8', shape: [1, height, width, 3], data: bytes } as const;
        const floats = normalisePixels(pixels, plan.normalise).data as Float32Array;
        const expected = new Float32Array(Uint8Array.from(Buffer.from(values, 'base64')).buffer);
        expect(Math.ceil(floats.length / step)).toBe(expected.length);
        const off = expected.map((value, index) => Math.abs(value - floats[index * step]!));
        expect(Math.max(...off)).toBeLessThanOrEqual(ROUNDING / Math.min(...plan.normalise.std));
      }
    },
  );
});
