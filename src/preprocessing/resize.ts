import { type Colour, luma } from './colour.js';
import type { Pixels } from './decode.js';
import { fit, type Fit } from './fit.js';
import { pick } from './pick.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';
import { readPixels } from './read-pixels.js';
import { resample } from './resample.js';
import { sharp } from '../images/sharp.js';

const LIBVIPS_KERNEL = {
  box: 'linear',
  bilinear: 'linear',
  hamming: 'linear',
  bicubic: 'cubic',
  lanczos: 'lanczos3',
} as const;

/**
 * Brings decoded pixels to the plan's size; without one they stay as they are. A stage of its own, after decoding and
 * from all its pixels: a JPEG that is shrunk while it is read comes out unlike what a model was trained on.
 */
export async function resize(pixels: Pixels, plan: PreprocessingPlan): Promise<Pixels> {
  const { size } = plan;
  if (size === null) return pixels;
  const how = fit(pixels, size, plan);
  const shown = await scale(pixels, how, plan);
  return shown.width === size.width && shown.height === size.height
    ? shown
    : lay(shown, how.at, size, plan.pad);
}

async function scale(
  pixels: Pixels,
  { scaled, shown }: Fit,
  { resampling, antialias }: PreprocessingPlan,
): Promise<Pixels> {
  if (resampling === 'nearest') return pick(pixels, scaled, shown);
  const source =
    antialias && isExtreme(pixels, scaled, shown) ? await shrink(pixels, scaled, resampling) : pixels;
  return same(source, scaled) && same(source, shown)
    ? source
    : resample(source, scaled, shown, resampling, antialias);
}

/**
 * Rows are resampled before columns, as Pillow does it. Of a picture that is a mere strip that would make far more pixels than it
 * has; and beyond this side, weights would take more memory than pixels. No format but PNG has such sides.
 */
const LONGEST_SIDE = 65_535;
const MOST_BETWEEN = 2 ** 24;

function isExtreme({ width, height }: Size, scaled: Size, shown: Size): boolean {
  const reduced = width > scaled.width || height > scaled.height;
  return reduced && (Math.max(width, height) > LONGEST_SIDE || height * shown.width > MOST_BETWEEN);
}

function same(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** By libvips, off this thread, near to Pillow: the sides that `scaled` makes shorter, and no other. */
async function shrink(
  pixels: Pixels,
  scaled: Size,
  resampling: keyof typeof LIBVIPS_KERNEL,
): Promise<Pixels> {
  const { channels } = pixels;
  const raw = { width: pixels.width, height: pixels.height, channels };
  const width = Math.min(pixels.width, scaled.width);
  const height = Math.min(pixels.height, scaled.height);
  const image = sharp(pixels.data, { raw, limitInputPixels: false })
    .resize({ width, height, fit: 'fill', kernel: LIBVIPS_KERNEL[resampling], fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return { ...(await readPixels(image)), channels };
}

/** Lays a picture into a larger one of one opaque colour. */
function lay(picture: Pixels, at: Fit['at'], { width, height }: Size, pad: Colour): Pixels {
  const { channels } = picture;
  const colour = channels === 1 ? [luma(...pad)] : [...pad, 255].slice(0, channels);
  const data = new Uint8Array(width * height * channels);
  Buffer.from(data.buffer).fill(Uint8Array.from(colour));
  const row = picture.width * channels;
  for (let y = 0; y < picture.height; y += 1) {
    const to = ((at.top + y) * width + at.left) * channels;
    data.set(picture.data.subarray(y * row, (y + 1) * row), to);
  }
  return { data, width, height, channels };
}
