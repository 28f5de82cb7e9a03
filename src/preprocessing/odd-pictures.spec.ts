import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { READABLE_FORMATS } from '../images/formats.js';
import { ServingError } from '../errors/serving-error.js';
import { decode } from './decode.js';
import type { PictureLimits } from './picture.js';
import type { Decoder } from './preprocessing-config.js';

const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e6,
  requestTimeoutMs: 10_000,
};

type Said = readonly [width: number, height: number, sha256: string] | null;

interface Odd {
  readonly picture?: string;
  readonly of?: string;
  readonly differs?: readonly [at: number, byte: number];
  readonly pillow: Said;
  readonly tensorflow?: Said;
}

/** Written by scripts/models/odd_pictures.py, with the libraries themselves. */
const FILE = new URL('../../test/fixtures/odd-pictures.json', import.meta.url);
const odd = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, Odd>>;
const NAMES = Object.keys(odd);

function bytesOf({ picture, of, differs }: Odd): Uint8Array {
  if (picture !== undefined) return Buffer.from(picture, 'base64');
  const [at, byte] = differs!;
  return bytesOf(odd[of!]!).map((same, place) => (place === at ? byte : same));
}

/** `null`: it is refused. */
async function said(name: string, decoder: Decoder): Promise<Said> {
  const orientation = decoder === 'pillow' ? 'exif' : 'ignore';
  const wanted = { channels: 3, background: null, orientation, decoder } as const;
  try {
    const { data, width, height } = await decode(bytesOf(odd[name]!), wanted, LIMITS);
    return [width, height, createHash('sha256').update(data).digest('hex')];
  } catch (error) {
    if (error instanceof ServingError) return null;
    throw error;
  }
}

it('a damaged or odd picture has the pixels that Pillow gives it, or is refused', async () => {
  const [refused, others]: [string[], string[]] = [[], []];
  for (const name of NAMES) {
    const ours = await said(name, 'pillow');
    const theirs = odd[name]!.pillow;
    if (ours === null && theirs !== null) refused.push(name);
    else if (JSON.stringify(ours) !== JSON.stringify(theirs)) others.push(name);
  }
  expect(others).toEqual([]);
  // Of what our decoder does not take, libvips takes a little less than Pillow.
  expect(refused.filter((name) => !name.includes('damaged'))).toEqual([]);
});

it('a damaged or odd JPEG has the pixels that TensorFlow gives it, or is refused', async () => {
  const [refused, others]: [string[], string[]] = [[], []];
  for (const name of NAMES.filter((one) => odd[one]!.tensorflow !== undefined)) {
    const ours = await said(name, 'tensorflow');
    const theirs = odd[name]!.tensorflow;
    if (ours === null && theirs !== null) refused.push(name);
    else if (JSON.stringify(ours) !== JSON.stringify(theirs)) others.push(name);
  }
  expect(others).toEqual([]);
  expect(refused.filter((name) => !/restart|damaged|part/.test(name))).toEqual([]);
});
