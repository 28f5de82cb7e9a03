import { sharp } from '../images/sharp.js';
import type { Scaling } from './axis.js';
import type { Area } from './fits/area.js';
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
 * A picture that is extremely large or thin is made smaller by libvips, off this thread: the sides of what is scaled of it that `scaled` makes shorter,
 * and no other. Near to what its resampler would make of it, within some levels. Any other stays as it is.
 * @returns what is to be scaled then, of the picture that there is then
 */
export async function shrinkExtreme(
  pixels: Pixels,
  source: Area,
  { scaled, shown }: Pick<Scaling, 'scaled' | 'shown'>,
): Promise<{ readonly pixels: Pixels; readonly source: Area }> {
  const part = partOf(pixels, source);
  if (!isExtreme(part, source, scaled, shown)) return { pixels, source };
  const { channels } = pixels;
  const raw = { width: pixels.width, height: pixels.height, channels };
  const across = shorter(part.width, scaled.width, 0 - source.left);
  const down = shorter(part.height, scaled.height, 0 - source.top);
  const [width, height] = [across.length, down.length];
  const image = sharp(pixels.data, { raw, limitInputPixels: false })
    .extract(part)
    .resize({ width, height, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return {
    pixels: { ...(await readPixels(image)), channels },
    source: {
      left: 0 - across.margin,
      top: 0 - down.margin,
      width: width + 2 * across.margin,
      height: height + 2 * down.margin,
    },
  };
}

/** @param margin with what a side is padded, above 0. It is short beside that, and keeps all of its pixels that can show */
function shorter(
  length: number,
  scaled: number,
  margin: number,
): { readonly length: number; readonly margin: number } {
  if (margin <= 0) return { length: Math.min(length, scaled), margin: 0 };
  const times = Math.ceil((length + 2 * margin) / LONGEST_SIDE);
  return { length: Math.max(1, Math.round(length / times)), margin: Math.round(margin / times) };
}

/** The whole pixels of a picture that a part of it touches. */
function partOf({ width, height }: Size, source: Area): Area {
  const left = Math.max(0, Math.floor(source.left));
  const top = Math.max(0, Math.floor(source.top));
  return {
    left,
    top,
    width: Math.max(1, Math.min(width, Math.ceil(source.left + source.width)) - left),
    height: Math.max(1, Math.min(height, Math.ceil(source.top + source.height)) - top),
  };
}

function isExtreme({ width, height }: Size, source: Size, scaled: Size, shown: Size): boolean {
  const reduced = source.width > scaled.width || source.height > scaled.height;
  const longest = Math.max(width, height, source.width, source.height);
  return reduced && (longest > LONGEST_SIDE || height * shown.width > MOST_BETWEEN);
}
