import { READABLE_FORMATS } from '../images/formats.js';
import { sharp } from '../images/sharp.js';
import type { PictureLimits } from './picture.js';
import { workHere } from './picture-work.js';
import { planPreprocessing } from './plan.js';
import type { PreprocessingConfig } from './preprocessing-config.js';

const LIMITS: PictureLimits = {
  imageFormats: READABLE_FORMATS,
  maxImageBytes: 1e8,
  maxImagePixels: 1e8,
  requestTimeoutMs: 10_000,
};

/** Red grows to the right, green downwards. */
function slopes(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return [Math.round((255 * x) / (width - 1)), Math.round((255 * y) / (height - 1)), 128][channel]!;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function prepared(picture: Uint8Array, channels: number, config: PreprocessingConfig) {
  const input = { name: 'x', dtype: 'float32', shape: [null, 40, 60, channels] } as const;
  return workHere.toPixels(picture, planPreprocessing(config, input), LIMITS);
}

describe('resampling: fast', () => {
  it.each(['stretch', 'crop', 'letterbox'] as const)('shows what bilinear shows, nearly: %s', async (how) => {
    for (const [width, height, most] of [
      [640, 480, 3],
      [31, 20, 12],
    ] as const) {
      const pictures = [
        await slopes(width, height).jpeg({ quality: 95 }).toBuffer(),
        await slopes(width, height).png().toBuffer(),
        await slopes(width, height).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer(),
        await slopes(width, height).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
      ];
      for (const picture of pictures) {
        for (const channels of [1, 3, 4]) {
          const config = { resize: how, pad: [9, 99, 199] } as const;
          const exact = await prepared(picture, channels, config);
          const fast = await prepared(picture, channels, { ...config, resampling: 'fast' });
          expect([fast.width, fast.height, fast.channels]).toEqual([60, 40, channels]);
          const off = Array.from(exact.data, (value, at) => Math.abs(value - fast.data[at]!));
          expect(Math.max(...off)).toBeLessThanOrEqual(most);
        }
      }
    }
  });

  it('crops what the short side leaves over', async () => {
    const picture = await slopes(640, 480).png().toBuffer();
    const config = { resize: 'crop', shortSide: 80 } as const;
    const exact = await prepared(picture, 3, config);
    const fast = await prepared(picture, 3, { ...config, resampling: 'fast' });
    const off = Array.from(exact.data, (value, at) => Math.abs(value - fast.data[at]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(3);
  });

  it('refuses a picture that is cut off', async () => {
    const picture = await slopes(640, 480).jpeg().toBuffer();
    const cut = picture.subarray(0, picture.length >> 1);
    await expect(prepared(cut, 3, { resampling: 'fast' })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });

  it('crops a strip', async () => {
    const picture = await slopes(20_000, 2).png().toBuffer();
    const { width, height } = await prepared(picture, 3, { resampling: 'fast', resize: 'crop' });
    expect([width, height]).toEqual([60, 40]);
  });
});
