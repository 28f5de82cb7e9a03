import { readFileSync } from 'node:fs';
import { ServingError } from '../../errors/serving-error.js';
import { READABLE_FORMATS } from '../../images/formats.js';
import { sharp } from '../../images/sharp.js';
import { decode } from '../decode.js';
import { noise } from '../noise.fixture.js';
import type { PictureLimits } from '../picture.js';

/** That its pixels are TensorFlow's is promised in decode-parity.spec.ts; here what it does with what is no whole picture. */
const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e6,
  requestTimeoutMs: 10_000,
};

function corpus(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../../test/fixtures/corpus/${name}`, import.meta.url)));
}

async function outcome(picture: Uint8Array, limits = LIMITS): Promise<string> {
  try {
    const wanted = { channels: 3, background: null, orientation: 'ignore', decoder: 'tensorflow' } as const;
    const { data, width, height } = await decode(picture, wanted, limits);
    return data.length === width * height * 3 ? 'pixels' : 'too few pixels';
  } catch (error) {
    if (error instanceof ServingError) return error.code;
    throw error;
  }
}

/** At the first place of a marker: 0xff and its number. */
function at(picture: Uint8Array, marker: number): number {
  return picture.findIndex((byte, index) => byte === 0xff && picture[index + 1] === marker);
}

const NAMES = ['baseline-420.jpg', 'progressive-420.jpg', 'restarts-420.jpg', 'cmyk.jpg'];

it.each(NAMES)('%s is refused wherever it is cut off', async (name) => {
  const picture = corpus(name);
  for (let length = 3; length < picture.length; length += 1) {
    expect(await outcome(picture.subarray(0, length))).toBe('IMAGE_UNREADABLE');
  }
});

it.each(NAMES)(
  '%s with bytes that are wrong becomes pixels or is refused, and later ones are right',
  async (name) => {
    const picture = corpus(name);
    let random = 1;
    const next = (below: number): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    for (let round = 0; round < 1500; round += 1) {
      const damaged = picture.slice();
      for (let count = next(4); count >= 0; count -= 1) damaged[3 + next(picture.length - 3)] = next(256);
      expect(['pixels', 'IMAGE_UNREADABLE', 'IMAGE_UNSUPPORTED', 'IMAGE_TOO_LARGE']).toContain(
        await outcome(damaged),
      );
    }
    expect(await outcome(picture)).toBe('pixels');
  },
);

it.each([
  ['4:2:0', false],
  ['4:4:4', false],
  ['4:2:0', true],
] as const)(
  '%s of 150×233 is as libvips decodes it, in bands or not: progressive %s',
  async (chromaSubsampling, progressive) => {
    const { data, width, height } = noise(150, 233, 3);
    const picture = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 80, chromaSubsampling, progressive })
      .toBuffer();
    const expected = await sharp(picture).raw().toBuffer();
    const wanted = { channels: 3, background: null, orientation: 'ignore', decoder: 'pillow' } as const;
    expect(Buffer.from((await decode(picture, wanted, LIMITS)).data).equals(expected)).toBe(true);
  },
);

it('what hardly anybody writes is refused by name: arithmetic coding, lossless, 12 bits', async () => {
  for (const frame of [0xc3, 0xc9, 0xca]) {
    const picture = corpus('baseline-420.jpg');
    picture[at(picture, 0xc0) + 1] = frame;
    expect(await outcome(picture)).toBe('IMAGE_UNSUPPORTED');
  }
  const deep = corpus('baseline-420.jpg');
  deep[at(deep, 0xc0) + 4] = 12;
  expect(await outcome(deep)).toBe('IMAGE_UNSUPPORTED');
});

it('stray bytes between segments are passed over', async () => {
  const picture = corpus('baseline-420.jpg');
  const place = at(picture, 0xc4);
  const odd = Uint8Array.from([
    ...picture.subarray(0, place),
    1,
    2,
    3,
    0xff,
    0xff,
    ...picture.subarray(place),
  ]);
  expect(await outcome(odd)).toBe('pixels');
});

it('a scan that comes a thousand times is not decoded a thousand times', async () => {
  const picture = corpus('progressive-420.jpg');
  const scan = Buffer.from(picture).lastIndexOf(Uint8Array.of(0xff, 0xda));
  const again = Array.from({ length: 1000 }, () => [...picture.subarray(scan, -2)]).flat();
  expect(await outcome(Uint8Array.from([...picture.subarray(0, scan), ...again, 0xff, 0xd9]))).toBe(
    'IMAGE_UNREADABLE',
  );
});

it('what takes longer than a request may is given up', async () => {
  expect(await outcome(corpus('progressive-420.jpg'), { ...LIMITS, requestTimeoutMs: -1 })).toBe(
    'IMAGE_UNREADABLE',
  );
});
