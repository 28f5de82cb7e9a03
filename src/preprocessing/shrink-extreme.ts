import { sharp } from '../images/sharp.js';
import type { Pixels } from './pixels.js';
import type { Size } from './preprocessing-config.js';
import { readPixels } from './read-pixels.js';

/**
 * Between its two passes a strip would need far more pixels than it has; and beyond this side, weights would take more memory than pixels. No
 * format but PNG has such sides.
 */
const LONGEST_SIDE = 65_535;
const MOST_BETWEEN = 2 ** 24;

/**
 * A picture that is extremely large or thin is made smaller by libvips, off this thread: the sides that `scaled` makes shorter, and no other. Near to
 * what its resampler would make of it, within some levels. Any other stays as it is.
 */
export async function shrinkExtreme(pixels: Pixels, scaled: Size, shown: Size): Promise<Pixels> {
  if (!isExtreme(pixels, scaled, shown)) return pixels;
  const { channels } = pixels;
  const raw = { width: pixels.width, height: pixels.height, channels };
  const width = Math.min(pixels.width, scaled.width);
  const height = Math.min(pixels.height, scaled.height);
  const image = sharp(pixels.data, { raw, limitInputPixels: false })
    .resize({ width, height, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return { ...(await readPixels(image)), channels };
}

function isExtreme({ width, height }: Size, scaled: Size, shown: Size): boolean {
  const reduced = width > scaled.width || height > scaled.height;
  return reduced && (Math.max(width, height) > LONGEST_SIDE || height * shown.width > MOST_BETWEEN);
}
