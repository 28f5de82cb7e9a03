import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { inflateSync } from 'node:zlib';
import { decodePicture } from './decode-picture.js';
import type { Decoding } from './picture-edges.js';

const FIXTURES = new URL('../../../test/fixtures/', import.meta.url);

const fixture = (path: string): Promise<Uint8Array> => readFile(new URL(path, FIXTURES));

/** What TensorFlow 2.20 decodes, by file and by `channels/bits`: `scripts/models/decoded.py`. */
type Expected = Record<string, Record<string, { shape: number[]; sha256: string }>>;
const EXPECTED = JSON.parse(Buffer.from(await fixture('decoded.json')).toString('utf8')) as Expected;

const DECODING: Decoding = { feed: '', channels: 3, bits: 8, isAccurate: false };

describe('a PNG decoded at the graph’s edge', () => {
  it.each(Object.keys(EXPECTED))('has the pixels that TensorFlow gives: %s', async (file) => {
    const picture = await fixture(`images/${file}`);
    for (const [asked, { shape, sha256 }] of Object.entries(EXPECTED[file]!)) {
      const [channels, bits] = asked.split('/').map(Number);
      const found = await decodePicture(picture, { ...DECODING, channels: channels!, bits: bits as 8 | 16 });
      expect([asked, [...found.shape]]).toEqual([asked, shape]);
      const { buffer, byteOffset, byteLength } = found.data;
      const hash = createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength));
      expect([asked, hash.digest('hex')]).toEqual([asked, sha256]);
    }
  });
});

/** By TensorFlow, and by Pillow, which takes the accurate transform: `scripts/models/decode_parity.py`. */
const { pictures: PARITY } = JSON.parse(
  Buffer.from(await fixture('decode-parity.json')).toString('utf8'),
) as {
  pictures: Record<string, Record<'tensorflow' | 'grey' | 'pillow', { pixels: string }>>;
};
const pixelsOf = ({ pixels }: { pixels: string }) => inflateSync(Buffer.from(pixels, 'base64'));

describe('a JPEG decoded at the graph’s edge', () => {
  it.each(['baseline-420.jpg', 'progressive-440.jpg', 'grey.jpg'])(
    'has the pixels that TensorFlow gives: %s',
    async (file) => {
      const picture = await fixture(`corpus/${file}`);
      const { tensorflow, grey, pillow } = PARITY[file]!;
      for (const [decoding, expected] of [
        [DECODING, tensorflow],
        [{ ...DECODING, channels: 1 }, grey],
        [{ ...DECODING, isAccurate: true }, pillow],
      ] as const) {
        const { data } = await decodePicture(picture, decoding);
        expect(Buffer.from(data).equals(pixelsOf(expected))).toBe(true);
      }
    },
  );

  it('has the channels that are asked for, or its own', async () => {
    for (const [file, channels, shape] of [
      ['images/red.jpg', 0, [16, 16, 3]],
      ['images/grey.jpg', 0, [24, 32, 1]],
      ['images/grey.jpg', 3, [24, 32, 3]],
      ['images/red.jpg', 1, [16, 16, 1]],
    ] as const) {
      const found = await decodePicture(await fixture(file), { ...DECODING, channels });
      expect([file, ...found.shape]).toEqual([file, ...shape]);
    }
  });

  it('is not turned upright', async () => {
    const turned = await decodePicture(await fixture('images/orientation-6.jpg'), DECODING);
    const { width, height } = await sharp(await fixture('images/orientation-6.jpg')).metadata();
    expect(turned.shape.slice(0, 2)).toEqual([height, width]);
  });
});

describe('what cannot be decoded', () => {
  it.each([
    'images/still.gif',
    'images/cmyk-red.jpg',
    'images/text.jpg',
    'images/empty.jpg',
    'images/lossy.webp',
  ])('is refused, with what can: %s', async (file) => {
    await expect(decodePicture(await fixture(file), DECODING)).rejects.toMatchObject({
      kind: 'input',
      message:
        'The picture is neither a PNG nor a JPEG of grey or colours, which are all that the model takes.',
    });
  });

  it.each([
    'images/truncated.png',
    'images/bad-checksum.png',
    'images/truncated.jpg',
    'images/claims-60000.png',
  ])('because it is damaged, is refused: %s', async (file) => {
    await expect(decodePicture(await fixture(file), DECODING)).rejects.toMatchObject({
      kind: 'input',
      message: 'The picture cannot be decoded: it is damaged or incomplete.',
    });
  });
});
