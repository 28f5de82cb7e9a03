import { readFileSync } from 'node:fs';
import { readSettings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { callWith } from './call.fixture.js';
import { blackPng, manyScansJpeg } from './hostile-pictures.fixture.js';
import { planPreprocessing } from './plan.js';
import { workHere } from './picture-work.js';
import { PreprocessingService } from './preprocessing.service.js';
import { admitFormats, sharp } from '../images/sharp.js';

const service = new PreprocessingService(readSettings({}), workHere);
const strict = new PreprocessingService(
  readSettings({ MAX_IMAGE_BYTES: '10000', MAX_IMAGE_PIXELS: '1000' }),
  workHere,
);
const call = callWith();
const plan = planPreprocessing({}, { name: 'image', dtype: 'float32', shape: [null, null, null, 3] });

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/images/${name}`, import.meta.url));

/** The sentence with which a picture is refused. */
async function refusal(picture: Uint8Array, by = service): Promise<ServingError> {
  const error: unknown = await by.toPixels(picture, plan, call).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ServingError);
  return error as ServingError;
}

const redStrip = (width: number) =>
  sharp({ create: { width, height: 10, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

describe('a picture is refused', () => {
  it.each([
    ['drawing.svg', 'SVG'],
    ['page.pdf', 'PDF'],
    ['text.jpg', 'of no known picture format'],
  ])('with the formats that are accepted, if its own is not: %s', async (name, found) => {
    const { code, message } = await refusal(fixture(name));
    expect(code).toBe('IMAGE_UNSUPPORTED');
    expect(message).toBe(`The picture is ${found}; accepted are JPEG, PNG, WebP, GIF and BMP.`);
  });

  it('with the setting that would take it, if there is one', async () => {
    expect(await refusal(fixture('still.tiff'))).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message:
        'The picture is TIFF; accepted are JPEG, PNG, WebP, GIF and BMP. Who runs this server may add TIFF by its setting IMAGE_FORMATS.',
    });
    const few = new PreprocessingService(readSettings({ IMAGE_FORMATS: 'png' }), workHere);
    const { message } = await refusal(fixture('red.jpg'), few);
    await expect(sharp(fixture('red.jpg')).metadata()).rejects.toThrow(/unsupported image format/);
    admitFormats(readSettings({}).imageFormats);
    expect(message).toBe(
      'The picture is JPEG; accepted are PNG. Who runs this server may add JPEG by its setting IMAGE_FORMATS.',
    );
  });

  it('with what to do, if it is a phone’s HEIC', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    expect((await refusal(heic)).message).toBe(
      'The picture is HEIC; accepted are JPEG, PNG, WebP, GIF and BMP. Convert it to JPEG. ' +
        'An iPhone takes JPEGs itself where its settings for the camera say Formats: Most Compatible.',
    );
  });

  it.each([
    ['jpeg', 4, 'The picture is a BMP with a JPEG in it; send it as PNG or JPEG.'],
    ['masks', 3, 'The picture is a BMP whose colours lie at unusual bits; send it as PNG or JPEG.'],
  ])('with what it is, if it is a BMP that nobody reads: %s', async (_, compression, sentence) => {
    const bmp = Buffer.from(fixture('still.bmp'));
    bmp.writeUInt32LE(compression, 30);
    expect(await refusal(bmp)).toMatchObject({ code: 'IMAGE_UNSUPPORTED', message: sentence });
  });

  it.each(['still.gif', 'still.bmp'])('if it ends early, whatever it is of: %s', async (name) => {
    const half = fixture(name).subarray(0, fixture(name).length / 2);
    expect((await refusal(half)).code).toBe('IMAGE_UNREADABLE');
  });

  it('if its header claims too many pixels, of a GIF’s frame or a BMP too', async () => {
    const gif = Buffer.from(fixture('still.gif'));
    const frame = gif.indexOf('\0,\0\0\0\0') + 1;
    gif.writeUInt16LE(60_000, frame + 5);
    gif.writeUInt16LE(60_000, frame + 7);
    const bmp = Buffer.from(fixture('still.bmp'));
    bmp.writeUInt32LE(60_000, 18);
    bmp.writeUInt32LE(60_000, 22);
    for (const picture of [gif, bmp]) expect((await refusal(picture)).code).toBe('IMAGE_TOO_LARGE');
  });

  it.each(['truncated.jpg', 'truncated.png', 'bad-checksum.png', 'magic-only.jpg'])(
    'if it is damaged, without a word of the decoder’s: %s',
    async (name) => {
      const { code, message, cause } = await refusal(fixture(name));
      const format = name.endsWith('png') ? 'PNG' : 'JPEG';
      expect(code).toBe('IMAGE_UNREADABLE');
      expect(message).toBe(
        `The picture begins as ${format} but cannot be decoded: it is damaged or incomplete.`,
      );
      expect(cause).toBeInstanceOf(Error);
    },
  );

  it('if it is a WebP that ends early', async () => {
    const half = fixture('lossy.webp').subarray(0, 60);
    expect((await refusal(half)).code).toBe('IMAGE_UNREADABLE');
  });

  it('if there is nothing', async () => {
    expect(await refusal(fixture('empty.jpg'))).toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: 'The picture is empty.',
    });
  });

  it.each([
    ['bomb.png', '20000 × 20000 = 400,000,000'],
    ['claims-60000.png', '60000 × 60000 = 3,600,000,000'],
    ['claims-60000.jpg', '60000 × 60000 = 3,600,000,000'],
  ])('with both figures, if its header claims too many pixels: %s', async (name, claim) => {
    const before = process.memoryUsage().rss;
    const { code, message } = await refusal(fixture(name));
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(message).toBe(`The picture has ${claim} pixels; at most 50,000,000 are accepted.`);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each([
    [1, 49_999],
    [49_999, 1],
    [20_000, 20],
  ])('with the figure, if a side is too long, however few pixels it has: %d × %d', async (width, height) => {
    const { code, message } = await refusal(blackPng(width, height));
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(message).toBe(`The picture has ${width} × ${height} pixels; at most 16,384 a side are accepted.`);
  });

  it('if it is a JPEG of more scans than any program writes', async () => {
    const { code, message } = await refusal(manyScansJpeg(16, 16, 2647));
    expect(code).toBe('IMAGE_UNREADABLE');
    expect(message).toBe(
      'The picture is a JPEG of more than 100 scans. Save it as a JPEG that is not progressive, or with fewer scans.',
    );
    const { tensor } = await service.toPixels(manyScansJpeg(16, 16, 100), plan, call);
    expect(tensor.data).toEqual(new Uint8Array(16 * 16 * 3).fill(128));
  });

  it.each([
    ['interlaced', blackPng(640, 640, { colour: 6, bits: 16, interlaced: true }), 5],
    ['progressive', manyScansJpeg(640, 640, 10), 5],
    ['merely large', blackPng(1000, 900), 6],
  ])('with both figures, if it would take too much memory since it is %s', async (_, picture, needed) => {
    const frugal = new PreprocessingService(readSettings({ MAX_DECODE_BYTES: String(2 ** 22) }), workHere);
    const { code, message } = await refusal(picture, frugal);
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(message).toBe(
      `The picture would take ${needed} MiB of memory while it is decoded; at most 4 are accepted. ` +
        'Send it smaller, or saved another way: not progressive, not interlaced, with eight bits a channel.',
    );
    const { tensor } = await frugal.toPixels(blackPng(640, 640), plan, call);
    expect(tensor.shape).toEqual([1, 640, 640, 3]);
  });

  it('with both figures, if it has too many bytes', async () => {
    const { code, message } = await refusal(new Uint8Array(10_001).fill(255), strict);
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(message).toBe('The picture has 10,001 bytes; at most 10,000 are accepted.');
  });

  it('only above the limit, not at it', async () => {
    expect((await refusal(await redStrip(101), strict)).code).toBe('IMAGE_TOO_LARGE');
    const { tensor } = await strict.toPixels(await redStrip(100), plan, call);
    expect(tensor.shape).toEqual([1, 10, 100, 3]);
  });
});

describe('a damaged picture', () => {
  const NAMES = [
    'progressive.jpg',
    'cmyk-red.jpg',
    'upright.png',
    'palette-transparent.png',
    'lossy.webp',
    'animated.webp',
    'still.gif',
    'still.bmp',
  ];

  it.each(NAMES)('is refused wherever it was cut off: %s', async (name) => {
    const picture = fixture(name);
    // Before the compressed pixels end; what follows them a decoder may do without.
    for (let length = 1; length < picture.length * 0.8; length += 7) {
      const { code } = await refusal(picture.subarray(0, length));
      expect(code).toMatch(/^IMAGE_(UNREADABLE|UNSUPPORTED)$/);
    }
  });

  it.each(NAMES)('is decoded or refused as any other, whichever byte is wrong: %s', async (name) => {
    let seed = 1;
    for (let round = 0; round < 100; round += 1) {
      const picture = Buffer.from(fixture(name));
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      picture[seed % picture.length] = (seed >> 8) & 255;
      const outcome = await service.toPixels(picture, plan, call).then(
        () => 'decoded',
        (error: unknown) => (error instanceof ServingError ? error.code : error),
      );
      expect(outcome).toMatch(/^(decoded|IMAGE_(UNREADABLE|UNSUPPORTED|TOO_LARGE))$/);
    }
  });
});

describe('sharp', () => {
  it('opens no other format, even if it is asked to', async () => {
    for (const name of ['still.gif', 'still.tiff', 'drawing.svg']) {
      await expect(sharp(fixture(name)).metadata()).rejects.toThrow(/unsupported image format/);
    }
  });
});
