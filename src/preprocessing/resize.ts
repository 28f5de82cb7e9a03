import { type Colour, luma } from './colour.js';
import type { ModelPixels, Pixels } from './pixels.js';
import { fit } from './fit.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';
import { resampleBy } from './resamplers.js';

/**
 * Brings decoded pixels to the plan's size; without one they stay as they are. A stage of its own, after decoding and
 * from all its pixels, unless the plan says `fast`: a JPEG that is shrunk while it is read comes out unlike what a model was trained on.
 */
export async function resize(pixels: Pixels, plan: PreprocessingPlan): Promise<ModelPixels> {
  const { size, resampling, antialias } = plan;
  if (size === null) return pixels;
  if (resampling === 'fast') return lay(pixels, size, plan.pad);
  const { scaled, shown } = fit(pixels, size, plan);
  return lay(await resampleBy(resampling, pixels, scaled, shown, antialias, plan.pillow), size, plan.pad);
}

/** A picture that is smaller than the size, in the middle of one opaque colour: as `resize_with_pad` of TensorFlow, margins rounded down. */
function lay(picture: ModelPixels, { width, height }: Size, pad: Colour): ModelPixels {
  if (picture.width === width && picture.height === height) return picture;
  const { channels } = picture;
  const [left, top] = [Math.floor((width - picture.width) / 2), Math.floor((height - picture.height) / 2)];
  const colour = channels === 1 ? [luma(...pad)] : [...pad, 255].slice(0, channels);
  const values = width * height * channels;
  const data = picture.data instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
  for (let to = 0; to < values; to += channels) data.set(colour, to);
  const row = picture.width * channels;
  for (let y = 0; y < picture.height; y += 1) {
    const to = ((top + y) * width + left) * channels;
    data.set(picture.data.subarray(y * row, (y + 1) * row), to);
  }
  return { data, width, height, channels };
}
