import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { sharp } from '../images/sharp.js';
import { READABLE_FORMATS } from '../images/formats.js';
import { decode } from './decode.js';
import type { Pixels } from './pixels.js';
import type { PictureLimits } from './picture.js';
import type { Channels } from './image-input.js';
import type { Decoder, Orientation } from './preprocessing-config.js';

const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e8,
  requestTimeoutMs: 10_000,
};
const FIXTURES = new URL('../../test/fixtures/', import.meta.url);

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGB or grey, deflated, in base64. */
  readonly pixels: string;
}

type Library = 'pillow' | 'opencv' | 'tensorflow';

interface Made extends Readonly<Record<Library, Decoded | null>> {
  /** Of a JPEG, by TensorFlow. */
  readonly grey?: Decoded | null;
}

/** Written by scripts/models/decode_parity.py, with the libraries themselves. */
const { pictures } = JSON.parse(readFileSync(new URL('decode-parity.json', FIXTURES), 'utf8')) as {
  readonly pictures: Readonly<Record<string, Made>>;
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
  'noise-100.jpg': { pillow: 0, opencv: 0, tensorflow: 79 },
  'coarse-noise.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'restarts-420.jpg': { pillow: 0, opencv: 0, tensorflow: 5 },
  'stored-rgb.jpg': { pillow: 0, opencv: 0, tensorflow: 7 },
  'narrow-420.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'progressive-grey.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'grey-of-factor-2.jpg': { pillow: 0, opencv: 0, tensorflow: 3 },
  'cmyk-without-adobe.jpg': { pillow: 0, opencv: 2, tensorflow: 255 },
  'ycck.jpg': { pillow: 0, opencv: 2, tensorflow: 8 },
  'progressive-440.jpg': { pillow: 0, opencv: 0, tensorflow: 10 },
  'baseline-411.jpg': { pillow: 0, opencv: 0, tensorflow: 9 },
  'cmyk.jpg': { pillow: 0, opencv: 2, tensorflow: 7 },
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

function decoded(name: string, decoder: Decoder, orientation: Orientation, channels: Channels = 3) {
  const picture = readFileSync(new URL(`corpus/${name}`, FIXTURES));
  return decode(picture, { channels, background: null, orientation, decoder }, LIMITS);
}

function difference(theirs: Decoded | null, ours: Pixels): Difference {
  if (theirs === null) return 'unreadable';
  if (theirs.width !== ours.width || theirs.height !== ours.height) return 'turned';
  const pixels = inflateSync(Buffer.from(theirs.pixels, 'base64'));
  return ours.data.reduce((most, value, at) => Math.max(most, Math.abs(value - pixels[at]!)), 0);
}

/** How far what libraries make of a picture is from what this server does. */
async function differences(
  name: string,
  decoder: Decoder,
  orientation: Orientation,
): Promise<Readonly<Record<Library, Difference>>> {
  const ours = await decoded(name, decoder, orientation);
  const { pillow, opencv, tensorflow } = pictures[name]!;
  return {
    pillow: difference(pillow, ours),
    opencv: difference(opencv, ours),
    tensorflow: difference(tensorflow, ours),
  };
}

const ALL = Object.keys(pictures);
const JPEGS = ALL.filter((name) => name.endsWith('.jpg'));

it.each(ALL)('%s is decoded as the table says', async (name) => {
  expect(await differences(name, 'pillow', 'exif')).toEqual(DIFFERENCES[name]);
});

it.each(JPEGS.filter((name) => name.startsWith('orientation')))(
  '%s is decoded as Pillow and TensorFlow do it where its orientation is to be ignored',
  async (name) => {
    expect(await differences(name, 'pillow', 'ignore')).toMatchObject({ pillow: 0, tensorflow: 5 });
  },
);

describe('decoder: tensorflow', () => {
  it.each(JPEGS)('decodes %s as TensorFlow does, to the bit, in colours and in grey', async (name) => {
    expect(await differences(name, 'tensorflow', 'ignore')).toMatchObject({ tensorflow: 0 });
    const { grey } = pictures[name]!;
    const ours = await decoded(name, 'tensorflow', 'ignore', 1);
    expect(difference(grey!, ours)).toBe(/cmyk|ycck/.test(name) ? 'unreadable' : 0);
  });

  it.each(JPEGS.filter((name) => name.startsWith('orientation')))('turns %s upright', async (name) => {
    const stored = await decoded(name, 'tensorflow', 'ignore');
    const upright = await decoded(name, 'tensorflow', 'exif');
    const { width, height, channels } = stored;
    const { data, info } = await sharp(stored.data, { raw: { width, height, channels } })
      .withMetadata({ orientation: Number(name.match(/\d/)![0]) })
      .png()
      .toBuffer()
      .then((png) => sharp(png).autoOrient().raw().toBuffer({ resolveWithObject: true }));
    expect([upright.width, upright.height]).toEqual([info.width, info.height]);
    expect(Buffer.from(upright.data).equals(data)).toBe(true);
  });

  it('leaves all other pictures as they are', async () => {
    for (const name of ALL.filter((one) => !JPEGS.includes(one))) {
      expect(await decoded(name, 'tensorflow', 'exif')).toEqual(await decoded(name, 'pillow', 'exif'));
    }
  });

  it('gives a model of four channels an alpha of 255', async () => {
    const rgb = await decoded('baseline-420.jpg', 'tensorflow', 'exif');
    const rgba = await decoded('baseline-420.jpg', 'tensorflow', 'exif', 4);
    expect(rgba.data.filter((_, at) => at % 4 !== 3)).toEqual(rgb.data);
    expect(new Set(rgba.data.filter((_, at) => at % 4 === 3))).toEqual(new Set([255]));
  });
});
