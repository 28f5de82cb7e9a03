import { fit } from './fit.js';
import type { Fit } from './fits/area.js';
import type { ModelPixels, Pixels } from './pixels.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';
import { resampleBy } from './resamplers.js';

/**
 * Brings decoded pixels to the plan's size; without one they stay as they are. A stage of its own, after decoding and
 * from all its pixels, unless the plan says `fast`: a JPEG that is shrunk while it is read comes out unlike what a model was trained on.
 * @param done what libvips did of it while it decoded
 */
export async function resize(pixels: Pixels, plan: PreprocessingPlan, done?: Fit): Promise<ModelPixels> {
  const { size, resampling } = plan;
  if (size === null) return pixels;
  if (resampling === 'fast') return lay(pixels, size, done!.at, plan.pad);
  const fitted = fit(pixels, size, plan);
  const { width, height } = fitted.shown;
  const resampled =
    width === 0 || height === 0
      ? { ...pixels, data: new Uint8Array(), width, height }
      : await resampleBy(resampling, pixels, fitted, plan);
  return lay(resampled, size, fitted.at, plan.pad);
}

/** A picture that is smaller than the size, in one colour, with its first pixel at `at`. */
function lay(
  picture: ModelPixels,
  { width, height }: Size,
  at: Fit['at'],
  pad: readonly number[],
): ModelPixels {
  if (picture.width === width && picture.height === height) return picture;
  const { channels } = picture;
  const values = width * height * channels;
  const data = picture.data instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
  if (pad.some((value) => value > 0)) for (let to = 0; to < values; to += channels) data.set(pad, to);
  const row = picture.width * channels;
  for (let y = 0; y < picture.height; y += 1) {
    const to = ((at.top + y) * width + at.left) * channels;
    data.set(picture.data.subarray(y * row, (y + 1) * row), to);
  }
  return { data, width, height, channels };
}
