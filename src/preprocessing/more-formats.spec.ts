import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ServingError } from '../errors/serving-error.js';
import { READABLE_FORMATS } from '../images/formats.js';
import { admitFormats } from '../images/sharp.js';
import { decode } from './decode.js';
import type { Channels } from './image-input.js';
import type { PictureLimits } from './picture.js';

const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e6,
  requestTimeoutMs: 10_000,
};
const MODES = { RGB: 3, RGBA: 4, L: 1 } as const satisfies Readonly<Record<string, Channels>>;

type Mode = keyof typeof MODES;
type Said = ({ readonly width: number; readonly height: number } & Readonly<Record<Mode, string>>) | null;

interface Made {
  readonly picture?: string;
  readonly of?: string;
  readonly differs?: readonly [at: number, byte: number];
  readonly pillow: Said;
}

/** Written by scripts/models/more_formats.py and avif_pictures.py, with Pillow itself. */
const fixture = (name: string): Readonly<Record<string, Made>> =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url), 'utf8')) as Readonly<
    Record<string, Made>
  >;
const avif = fixture('avif-pictures.json');
const made: Readonly<Record<string, Made>> = {
  ...fixture('more-formats.json'),
  ...Object.fromEntries(
    Object.entries(avif).map(([name, one]) => [
      `AVIF, ${name}`,
      { ...one, ...(one.of && { of: `AVIF, ${one.of}` }) },
    ]),
  ),
};

function bytesOf({ picture, of, differs }: Made): Uint8Array {
  if (picture !== undefined) return Buffer.from(picture, 'base64');
  const [at, byte] = differs!;
  return bytesOf(made[of!]!).map((same, place) => (place === at ? byte : same));
}

/** `null`: it is refused. */
async function said(picture: Uint8Array): Promise<Said> {
  try {
    const inModes = await Promise.all(
      Object.entries(MODES).map(async ([mode, channels]) => {
        const wanted = { channels, background: null, orientation: 'exif', decoder: 'pillow' } as const;
        const { data, width, height } = await decode(picture, wanted, LIMITS);
        return { width, height, [mode]: createHash('sha256').update(data).digest('hex').slice(0, 16) };
      }),
    );
    return Object.assign({}, ...inModes) as Said;
  } catch (error) {
    if (error instanceof ServingError) return null;
    throw error;
  }
}

/** Of such a file Pillow takes the colours that are for other frames. */
const KNOWN = [
  'GIF, local greys of their index',
  // Of a tag that is wrong libvips thinks less than Pillow.
  'TIFF, big-endian, tiles, damaged 16',
];
/** Refused by name, though Pillow takes them. */
const UNSUPPORTED =
  /^(TIFF, (YCbCr, (?!jpeg)|BigTIFF|\w+-endian, ([24] bits|alpha that colours are multiplied by))|AVIF, 4:(([24]:\d, \w+, RGB, matrix (4|7|8|10|12|14)|[24]:[20], \w+, RGB, matrix 0|4:4, limited, RGB, matrix 0|0:0, \w+, RGB, matrix (8|10|14)))$)/;

beforeAll(() => admitFormats(READABLE_FORMATS));

it.each(['GIF', 'BMP', 'TIFF', 'AVIF'])(
  'every %s has the pixels that Pillow gives it, or is refused where Pillow refuses it',
  async (format) => {
    const wrong: string[] = [];
    for (const name of Object.keys(made).filter(
      (one) => one.startsWith(format) && !KNOWN.includes(one) && !UNSUPPORTED.test(one),
    )) {
      const ours = await said(bytesOf(made[name]!));
      const theirs = made[name]!.pillow;
      // Which damage to the stream of an AVIF is borne hangs on the decoder: libvips has libaom, Pillow dav1d.
      const isBorne = name.startsWith('AVIF') && name.includes('damaged') && (ours ?? theirs) !== null;
      const isSame =
        ours === theirs ||
        (isBorne && (ours === null || theirs === null)) ||
        (ours && theirs && Object.entries(theirs).every(([key, value]) => ours[key as Mode] === value));
      if (!isSame)
        wrong.push(
          `${name}: ${ours === null ? 'refused' : theirs === null ? 'Pillow refuses it' : 'other pixels'}`,
        );
    }
    expect(wrong).toEqual([]);
  },
);

it('what is not read as Pillow does is refused with what it is', async () => {
  for (const name of Object.keys(made).filter((one) => UNSUPPORTED.test(one))) {
    const wanted = { channels: 3, background: null, orientation: 'exif', decoder: 'pillow' } as const;
    await expect(decode(bytesOf(made[name]!), wanted, LIMITS)).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: expect.stringMatching(
        /^The picture is an? (TIFF|AVIF) (with|of) .*; send it as PNG or JPEG\.$/,
      ),
    });
  }
});
