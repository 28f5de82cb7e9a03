import { readdirSync, readFileSync } from 'node:fs';
import { sharp } from '../images/sharp.js';
import { isReadable, sniffFormat } from './picture-format.js';
import { readSize } from './picture-size.js';

const folder = new URL('../../test/fixtures/images/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, folder));
const pictures = readdirSync(folder).filter((name) => isReadable(sniffFormat(fixture(name))));

function sizeOf(picture: Uint8Array) {
  const format = sniffFormat(picture);
  return isReadable(format) ? readSize(picture, format) : undefined;
}

describe('the header of a picture', () => {
  it.each(pictures)('is read as libvips reads it, or left to it: %s', async (name) => {
    const size = sizeOf(fixture(name));
    const metadata = await sharp(fixture(name), { limitInputPixels: false })
      .metadata()
      .catch(() => undefined);
    if (size === undefined || metadata === undefined) return;
    const { width, height, space } = metadata;
    expect(size).toEqual({ width, height, cmyk: space === 'cmyk' });
  });

  it.each(['red.jpg', 'progressive.jpg', 'cmyk-red.jpg', 'orientation-6.jpg', 'red.png', 'palette.png'])(
    'is not left to libvips: %s',
    (name) => expect(sizeOf(fixture(name))).toBeDefined(),
  );

  it.each(['lossy.webp', 'alpha-lossless.webp', 'animated.webp'])(
    'is not left to libvips, whichever kind of WebP: %s',
    (name) => expect(sizeOf(fixture(name))).toBeDefined(),
  );

  it.each(['progressive.jpg', 'cmyk-red.jpg', 'upright.png', 'lossy.webp', 'animated.webp'])(
    'that is cut off is left to libvips, or says what the whole one says: %s',
    (name) => {
      const whole = JSON.stringify(sizeOf(fixture(name)));
      const lengths = Array.from({ length: Math.min(fixture(name).length, 1000) }, (_, length) => length);
      const said = lengths.map((length) => JSON.stringify(sizeOf(fixture(name).subarray(0, length))));
      expect(new Set(said)).toEqual(new Set([undefined, whole]));
    },
  );

  it.each([
    ['stray bytes before a marker', [0xff, 0xd8, 0xff, 0xdb, 0, 2, 7, 0xff, 0xc0]],
    ['a segment shorter than its own length', [0xff, 0xd8, 0xff, 0xe0, 0, 1, 0xff, 0xc0]],
    ['a lossless frame', [0xff, 0xd8, 0xff, 0xc3, 0, 11, 8, 0, 4, 0, 4, 1]],
    ['12 bits', [0xff, 0xd8, 0xff, 0xc1, 0, 11, 12, 0, 4, 0, 4, 1]],
    ['a side of 0', [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 4, 1]],
    ['two components', [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 4, 0, 4, 2]],
  ])('is left to libvips with %s', (_, start) => {
    expect(readSize(Uint8Array.from([...start, ...new Uint8Array(32)]), 'JPEG')).toBeUndefined();
  });

  it('is not searched for without end', () => {
    const segments = Buffer.alloc(16 * 2 ** 20, Buffer.from([0xff, 0xe0, 0, 2]));
    expect(readSize(Buffer.concat([Buffer.from([0xff, 0xd8]), segments]), 'JPEG')).toBeUndefined();
  });
});
