import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { decode } from './decode.js';
import type { PictureLimits } from './picture.js';
import type { Orientation } from './preprocessing-config.js';

const LIMITS: PictureLimits = { maxImageBytes: 1e8, maxImagePixels: 1e8, requestTimeoutMs: 10_000 };
const FIXTURES = new URL('../../test/fixtures/', import.meta.url);

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGB, deflated, in base64. */
  readonly pixels: string;
}

type Library = 'pillow' | 'opencv' | 'tensorflow';

/** Written by scripts/models/decode_parity.py, with the libraries themselves. */
const { pictures } = JSON.parse(readFileSync(new URL('decode-parity.json', FIXTURES), 'utf8')) as {
  readonly pictures: Readonly<Record<string, Readonly<Record<Library, Decoded | null>>>>;
};

/** `turned`: it lies on its side there. */
type Difference = number | 'turned' | 'unreadable';

/** By how much the value of a pixel that is furthest off is off, from 0 to 255; docs/preprocessing.md has the same numbers. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<Library, Difference>>>> = {
  'baseline-444.jpg': { pillow: 0, opencv: 0, tensorflow: 6 },
  'baseline-422.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'baseline-420.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'progressive-420.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'coarse-420.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'grey.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'cmyk.jpg': { pillow: 1, opencv: 2, tensorflow: 7 },
  'icc.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'rgb.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'interlaced.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'grey.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  '1-bit.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'palette.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'palette-transparent.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'rgba.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'grey-alpha.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'icc.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'rgb-16-bit.png': { pillow: 0, opencv: 0, tensorflow: 0 },
  'grey-16-bit.png': { pillow: 254, opencv: 0, tensorflow: 0 },
  'lossy.webp': { pillow: 0, opencv: 0, tensorflow: 0 },
  'lossless.webp': { pillow: 0, opencv: 0, tensorflow: 0 },
  'alpha.webp': { pillow: 0, opencv: 0, tensorflow: 'unreadable' },
  'orientation-1.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'orientation-2.jpg': { pillow: 255, opencv: 0, tensorflow: 255 },
  'orientation-3.jpg': { pillow: 255, opencv: 0, tensorflow: 255 },
  'orientation-4.jpg': { pillow: 250, opencv: 0, tensorflow: 251 },
  'orientation-5.jpg': { pillow: 'turned', opencv: 0, tensorflow: 'turned' },
  'orientation-6.jpg': { pillow: 'turned', opencv: 0, tensorflow: 'turned' },
  'orientation-7.jpg': { pillow: 'turned', opencv: 0, tensorflow: 'turned' },
  'orientation-8.jpg': { pillow: 'turned', opencv: 0, tensorflow: 'turned' },
};

/** How far what libraries make of a picture is from what this server does. */
async function differences(name: string, orientation: Orientation): Promise<Record<string, Difference>> {
  const picture = readFileSync(new URL(`corpus/${name}`, FIXTURES));
  const ours = await decode(picture, { channels: 3, background: null, orientation }, LIMITS);
  const libraries = pictures[name]!;
  const found = Object.entries(libraries).map(([library, theirs]) => {
    if (theirs === null) return [library, 'unreadable'];
    if (theirs.width !== ours.width || theirs.height !== ours.height) return [library, 'turned'];
    const pixels = inflateSync(Buffer.from(theirs.pixels, 'base64'));
    const off = ours.data.reduce((most, value, at) => Math.max(most, Math.abs(value - pixels[at]!)), 0);
    return [library, off];
  });
  return Object.fromEntries(found) as Record<string, Difference>;
}

it.each(Object.keys(pictures))('%s is decoded as the table says', async (name) => {
  expect(await differences(name, 'exif')).toEqual(DIFFERENCES[name]);
});

it.each(Object.keys(pictures).filter((name) => name.startsWith('orientation')))(
  '%s is decoded as Pillow and TensorFlow do it where its orientation is to be ignored',
  async (name) => {
    expect(await differences(name, 'ignore')).toMatchObject({ pillow: 0, tensorflow: 5 });
  },
);
