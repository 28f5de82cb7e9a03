import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { readSettings } from '../config/settings.js';
import { callWith } from './call.fixture.js';
import { planPreprocessing } from './plan.js';
import type { PreprocessingConfig } from './preprocessing-config.js';
import { workHere } from './picture-work.js';
import { PreprocessingService } from './preprocessing.service.js';
import { sharp } from '../images/sharp.js';

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];

const service = new PreprocessingService(readSettings({}), workHere);
const call = callWith();

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/images/${name}`, import.meta.url));

/** A plan for pictures that keep their size. */
const plan = (channels: number, config: PreprocessingConfig = {}) =>
  planPreprocessing(config, { name: 'image', dtype: 'float32', shape: [null, null, null, channels] });

/** The decoded picture, and what its pixels are. */
async function decoded(picture: Uint8Array, channels = 3, config: PreprocessingConfig = {}) {
  const { tensor } = await service.toPixels(picture, plan(channels, config), call);
  const [, height = 0, width = 0] = tensor.shape;
  const data = tensor.data as Uint8Array;
  const at = (x: number, y: number) => [
    ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
  ];
  return { width, height, data, at };
}

/** How far the channel that is furthest off is off. */
function difference(found: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((value, channel) => Math.abs((found[channel] ?? Infinity) - value)));
}

describe('a picture becomes a tensor', () => {
  it('of bytes in the model’s size, with what the engine does to them and what it took', async () => {
    const sized = planPreprocessing(
      { scale: 'caffe' },
      { name: 'image', dtype: 'float32', shape: [null, 20, 30, 3] },
    );
    const { tensor, decodeMs, preprocessMs } = await service.toPixels(fixture('red.jpg'), sized, call);
    expect(tensor).toMatchObject({ dtype: 'uint8', shape: [1, 20, 30, 3], normalise: sized.normalise });
    expect(tensor.data).toHaveLength(20 * 30 * 3);
    expect(decodeMs).toBeGreaterThan(0);
    expect(preprocessMs).toBeGreaterThan(0);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'upright, if it is stored in EXIF orientation %d',
    async (orientation) => {
      const { width, height, data } = await decoded(fixture(`orientation-${orientation}.jpg`));
      const upright = await decoded(fixture('upright.png'));
      expect([width, height]).toEqual([upright.width, upright.height]);
      expect(difference([...data], [...upright.data])).toBeLessThanOrEqual(2);
    },
  );

  it('as it is stored, where its EXIF orientation is to be ignored', async () => {
    const { width, height, data } = await decoded(fixture('orientation-6.jpg'), 3, { orientation: 'ignore' });
    const stored = await sharp(fixture('upright.png')).rotate(-90).removeAlpha().raw().toBuffer();
    expect([width, height]).toEqual([32, 48]);
    expect(difference([...data], [...stored])).toBeLessThanOrEqual(2);
  });

  it.each(['exif', 'ignore'] as const)(
    'in its own proportions, if it is scaled while it is decoded: %s',
    async (orientation) => {
      const fast = planPreprocessing(
        { orientation, resampling: 'fast', resize: 'crop', size: { width: 16, height: 16 } },
        { name: 'image', dtype: 'float32', shape: [null, null, null, 3] },
      );
      const exact = { ...fast, resampling: 'bilinear' } as const;
      const [one, other] = await Promise.all(
        [fast, exact].map((each) => service.toPixels(fixture('orientation-6.jpg'), each, call)),
      );
      const means = [one!, other!].map(({ tensor: { data } }) => {
        const bytes = data as Uint8Array;
        return bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
      });
      expect(Math.abs(means[0]! - means[1]!)).toBeLessThan(4);
    },
  );

  it.each(['png', 'webp'] as const)('upright, if the EXIF orientation is in a %s', async (format) => {
    const turned = await sharp(fixture('upright.png'))
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .toFormat(format, { lossless: true })
      .toBuffer();
    const [{ width, height, data }, upright] = [await decoded(turned), await decoded(fixture('upright.png'))];
    expect([width, height]).toEqual([48, 32]);
    expect(Buffer.compare(data, upright.data)).toBe(0);
  });

  it.each(['upright.png', 'palette.png', 'progressive.jpg', 'lossy.webp'])(
    'whatever its encoding: %s',
    async (name) => {
      const { width, height, at } = await decoded(fixture(name));
      expect([width, height]).toEqual([48, 32]);
      expect(difference(at(3, 3), GREEN)).toBeLessThanOrEqual(12);
      expect(difference(at(3, 28), RED)).toBeLessThanOrEqual(12);
      expect(difference(at(45, 28), BLUE)).toBeLessThanOrEqual(12);
    },
  );

  it.each([
    ['png', { progressive: true }],
    ['png', { palette: true, colours: 4 }],
    ['webp', { lossless: true }],
  ] as const)('with exactly the colours it has, if nothing was lost: %s %j', async (format, options) => {
    const picture = await sharp(fixture('upright.png')).toFormat(format, options).toBuffer();
    const [{ data }, upright] = [await decoded(picture), await decoded(fixture('upright.png'))];
    expect(Buffer.compare(data, upright.data)).toBe(0);
  });

  it('of the first frame, if it is animated', async () => {
    const { width, height, at } = await decoded(fixture('animated.webp'));
    expect([width, height, at(8, 8)]).toEqual([16, 16, RED]);
  });
});

describe('channels', () => {
  it.each(['grey.png', 'grey-16bit.png', 'grey-alpha.png'])(
    'of grey are the same number three times: %s',
    async (name) => {
      const { at } = await decoded(fixture(name));
      expect([at(0, 12), at(31, 12)]).toEqual([
        [0, 0, 0],
        [255, 255, 255],
      ]);
      expect(new Set(at(10, 12)).size).toBe(1);
    },
  );

  it('of grey alone stay what they were', async () => {
    const { data } = await decoded(fixture('grey.png'), 1);
    expect([...data.subarray(0, 32)]).toEqual(
      Array.from({ length: 32 }, (_, x) => Math.floor((x * 255) / 31)),
    );
    expect((await decoded(fixture('grey-1bit.png'), 1)).at(0, 0)).toEqual([255]);
  });

  it('of colour become the grey of Pillow’s mode L, to the bit', async () => {
    const colours = [RED, GREEN, BLUE, [255, 255, 255], [12, 200, 99], [1, 1, 1], [254, 3, 77]];
    const raw = { width: colours.length, height: 1, channels: 3 } as const;
    const png = await sharp(Uint8Array.from(colours.flat()), { raw }).png().toBuffer();
    // The last three: round(0.299 R + 0.587 G + 0.114 B).
    expect([...(await decoded(png, 1)).data]).toEqual([76, 150, 29, 255, 132, 1, 86]);
  });

  it('of 16 bits lose their lower byte', async () => {
    const { at } = await decoded(fixture('rgb-16bit.png'));
    expect(at(0, 0)).toEqual([0, 128, 255]);
    expect(at(31, 0)).toEqual([255, 128, 0]);
    expect(at(1, 0)).toEqual([Math.floor(65535 / 31) >> 8, 128, (65535 - Math.floor(65535 / 31)) >> 8]);
  });

  it('of CMYK become the pure colours that Pillow makes of them, not those of a press', async () => {
    expect(difference((await decoded(fixture('cmyk-red.jpg'))).at(8, 8), RED)).toBeLessThanOrEqual(1);
    expect(difference((await decoded(fixture('cmyk-blue.jpg'))).at(8, 8), BLUE)).toBeLessThanOrEqual(1);
    expect(difference((await decoded(fixture('cmyk-blue.jpg'), 1)).at(8, 8), [29])).toBeLessThanOrEqual(1);
    expect(
      difference((await decoded(fixture('cmyk-red.jpg'), 4)).at(8, 8), [...RED, 255]),
    ).toBeLessThanOrEqual(1);
  });

  it('of CMYK are white less ink, less black, as Pillow has them', async () => {
    // Left all black, right the inks 64, 128, 192 under a black of 100; written by Pillow.
    const base64 = [
      '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZM',
      'TlJTUjI+WmFaUGBKUVJP/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAcG/8QAFBABAAAAAAAA',
      'AAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwBOJxOGCYGAJMD/2Q==',
    ].join('');
    const { at } = await decoded(Buffer.from(base64, 'base64'));
    expect(difference(at(4, 4), [0, 0, 0])).toBeLessThanOrEqual(1);
    expect(difference(at(12, 4), [117, 77, 39])).toBeLessThanOrEqual(1);
  });

  it('get an opaque fourth, if the model takes one and the picture has none', async () => {
    expect((await decoded(fixture('red.png'), 4)).at(0, 0)).toEqual([...RED, 255]);
    expect((await decoded(fixture('rgba.png'), 4)).at(20, 4)).toEqual([...BLUE, 128]);
  });
});

describe('transparency', () => {
  it.each(['rgba.png', 'palette-transparent.png', 'alpha-lossless.webp'])(
    'is dropped, and the colours under it show: %s',
    async (name) => {
      const { at } = await decoded(fixture(name));
      expect([at(4, 4), at(20, 4), at(4, 28)]).toEqual([RED, BLUE, GREEN]);
    },
  );

  it('shows the background, if model.yaml has one', async () => {
    const { at } = await decoded(fixture('rgba.png'), 3, { background: [255, 255, 255] });
    expect([at(4, 4), at(4, 28)]).toEqual([RED, [255, 255, 255]]);
    expect(difference(at(20, 4), [127, 127, 255])).toBeLessThanOrEqual(1);
  });

  it('of a grey picture shows a background in colour', async () => {
    const { at } = await decoded(fixture('grey-alpha.png'), 3, { background: [255, 128, 0] });
    expect(at(31, 0)).toEqual([255, 128, 0]);
    expect(at(31, 23)).toEqual([255, 255, 255]);
    const grey = await decoded(fixture('grey-alpha.png'), 1, { background: [255, 128, 0] });
    expect(grey.at(31, 0)).toEqual([151]);
  });
});

describe('what training code ignores', () => {
  const flat = sharp({ create: { width: 4, height: 4, channels: 3, background: '#c83232' } });

  it('is ignored: a colour profile', async () => {
    const wide = await flat.clone().withIccProfile('p3').png().toBuffer();
    const stored = (await decoded(wide)).at(0, 0);
    expect(stored).not.toEqual([200, 50, 50]);
    expect(difference(stored, [184, 64, 57])).toBeLessThanOrEqual(3);
  });

  it('is ignored: a gamma', async () => {
    const png = await flat.clone().png().toBuffer();
    const chunk = Buffer.from([0, 0, 0, 4, ...Buffer.from('gAMA'), 0, 0, 0x4e, 0x20, 0, 0, 0, 0]);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 12)), 12);
    const dark = Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
    expect((await decoded(dark)).at(0, 0)).toEqual([200, 50, 50]);
  });

  it('is ignored: stray bytes between and after the parts of a JPEG', async () => {
    const jpeg = fixture('red.jpg');
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const odd = Buffer.concat([
      jpeg.subarray(0, scan),
      Buffer.alloc(3),
      jpeg.subarray(scan),
      Buffer.from('more'),
    ]);
    expect(difference((await decoded(odd)).at(8, 8), RED)).toBeLessThanOrEqual(2);
  });
});

describe('a picture for a model that decodes it itself', () => {
  it.each([
    ['palette.png', 'png'],
    ['orientation-6.jpg', 'jpeg'],
  ] as const)('is given untouched in the model’s encoding: %s', async (name, encoding) => {
    const picture = fixture(name);
    const { bytes, decodeMs } = await service.toEncoded(picture, encoding, call);
    expect(bytes).toBe(picture);
    expect(decodeMs).toBeGreaterThan(0);
  });

  it.each([
    ['orientation-6.jpg', 'png'],
    ['alpha-lossless.webp', 'png'],
    ['grey.jpg', 'png'],
    ['cmyk-red.jpg', 'png'],
    ['rgba.png', 'jpeg'],
  ] as const)('is else given as PNG, upright and with nothing lost: %s', async (name, encoding) => {
    const { bytes } = await service.toEncoded(fixture(name), encoding, call);
    const [before, after] = [await decoded(fixture(name), 4), await decoded(bytes, 4)];
    expect([after.width, after.height]).toEqual([before.width, before.height]);
    expect(Buffer.compare(after.data, before.data)).toBe(0);
    expect(Buffer.from(bytes.subarray(1, 4)).toString()).toBe('PNG');
  });

  it.each([
    ['truncated.png', 'IMAGE_UNREADABLE'],
    ['still.tiff', 'IMAGE_UNSUPPORTED'],
    ['bomb.png', 'IMAGE_TOO_LARGE'],
  ])('is refused as any other: %s', async (name, code) => {
    await expect(service.toEncoded(fixture(name), 'png', call)).rejects.toMatchObject({ code });
  });
});
