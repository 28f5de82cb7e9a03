import { type Colour, luma } from './colour.js';
import type { Pixels } from './decode.js';
import { type Area, fit, type Fit } from './fit.js';
import { interpolate } from './interpolate.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';
import { readPixels } from './read-pixels.js';
import { sharp } from '../images/sharp.js';

const LIBVIPS_KERNEL = { bilinear: 'linear', bicubic: 'cubic', lanczos: 'lanczos3' } as const;

/**
 * Brings decoded pixels to the plan's size; without one they stay as they are. A stage of its own, after decoding and
 * from all its pixels: a JPEG that is shrunk while it is read comes out unlike what a model was trained on.
 */
export async function resize(pixels: Pixels, plan: PreprocessingPlan): Promise<Pixels> {
  const { size } = plan;
  if (size === null) return pixels;
  const how = fit(pixels, size, plan);
  const shown = await resample(pixels, how, plan);
  return shown.width === size.width && shown.height === size.height
    ? shown
    : lay(shown, how.at, size, plan.pad);
}

/** A reduction is smoothed by libvips, side by side; what is to become longer, or not to be smoothed, interpolated. */
async function resample(
  pixels: Pixels,
  { scaled, shown }: Fit,
  { resampling, antialias }: PreprocessingPlan,
): Promise<Pixels> {
  if (resampling === 'nearest') return pick(pixels, scaled, shown);
  const width = antialias ? Math.min(pixels.width, scaled.width) : pixels.width;
  const height = antialias ? Math.min(pixels.height, scaled.height) : pixels.height;
  const smooth = { left: 0, top: 0, width, height };
  if (same(smooth, scaled) && !same(smooth, pixels)) return shrink(pixels, smooth, shown, resampling);
  const small = same(smooth, pixels) ? pixels : await shrink(pixels, smooth, smooth, resampling);
  return same(small, scaled) && same(small, shown) ? small : interpolate(small, scaled, shown, resampling);
}

function same(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** By libvips, off the event loop; only what is `shown` is computed. */
async function shrink(
  pixels: Pixels,
  { width, height }: Size,
  shown: Area,
  resampling: keyof typeof LIBVIPS_KERNEL,
): Promise<Pixels> {
  const { channels } = pixels;
  const raw = { width: pixels.width, height: pixels.height, channels };
  const image = sharp(pixels.data, { raw, limitInputPixels: false })
    .resize({ width, height, fit: 'fill', kernel: LIBVIPS_KERNEL[resampling], fastShrinkOnLoad: false })
    .extract({ left: shown.left, top: shown.top, width: shown.width, height: shown.height })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return { ...(await readPixels(image)), channels };
}

/** Takes for each target pixel the one under its centre, to the bit as Pillow's `NEAREST` (Keras's default) does. */
function pick({ data, width, height, channels }: Pixels, scaled: Size, shown: Area): Pixels {
  const result = new Uint8Array(shown.width * shown.height * channels);
  const columns = nearest(width, scaled.width, shown.left, shown.width);
  let to = 0;
  for (const row of nearest(height, scaled.height, shown.top, shown.height)) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        result[to + channel] = data[from + channel] ?? 0;
      to += channels;
    }
  }
  return { data: result, width: shown.width, height: shown.height, channels };
}

/** Steps are added up, not multiplied: where a centre falls between two pixels the sum's rounding decides. */
function nearest(from: number, to: number, start: number, length: number): Int32Array {
  const step = from / to;
  const result = new Int32Array(length);
  let position = step / 2;
  for (let output = 0; output < start + length; output += 1) {
    if (output >= start) result[output - start] = Math.min(from - 1, Math.floor(position));
    position += step;
  }
  return result;
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
