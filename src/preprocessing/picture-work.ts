import { decode, type Wanted } from './decode.js';
import { encodePng } from './encode.js';
import { fit } from './fit.js';
import type { Fit } from './fits/area.js';
import { giveBackPixels } from './jpeg-pixels.js';
import type { PictureLimits } from './picture.js';
import type { ModelPixels } from './pixels.js';
import type { PreprocessingPlan } from './plan.js';
import { resize } from './resize.js';

/** Pixels as the model takes them, and what it took to make them. */
export interface PreparedPixels extends ModelPixels {
  /** From the first byte to pixels. */
  readonly decodeMs: number;
  /** From there to the model's size. */
  readonly preprocessMs: number;
  /** How much memory the decoded picture leaves to the garbage collector. */
  readonly garbageBytes: number;
}

/** A picture for a model that decodes it itself. */
export interface CheckedPicture {
  /** The picture as PNG; `null`: it can be given as it is. */
  readonly png: Uint8Array | null;
  readonly decodeMs: number;
  readonly garbageBytes: number;
}

/**
 * What is done to a picture, wherever it is done. Every method rejects with a `ServingError` IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 * or IMAGE_TOO_LARGE when the picture is at fault.
 */
export interface PictureWork {
  /** Decodes a picture and brings it to what the model takes. */
  toPixels(picture: Uint8Array, plan: PreprocessingPlan, limits: PictureLimits): Promise<PreparedPixels>;
  /** Makes sure that the whole picture decodes. @param asPng whether it is to be turned upright and written as PNG */
  toEncoded(picture: Uint8Array, asPng: boolean, limits: PictureLimits): Promise<CheckedPicture>;
}

const AS_IT_IS: Wanted = { channels: 'own', background: null, orientation: 'exif', decoder: 'pillow' };

/** In the thread of the caller, which it blocks while it resamples. */
export const workHere: PictureWork = {
  async toPixels(picture, plan, limits) {
    const started = performance.now();
    let done: Fit | undefined;
    const decoded = await decode(
      picture,
      wantedOf(plan, (fitted) => (done = fitted)),
      limits,
    );
    const upright = performance.now();
    const resized = await resize(decoded, plan, done);
    // Its memory is used again.
    const pixels =
      resized.data === decoded.data ? { ...resized, data: new Uint8Array(decoded.data) } : resized;
    return {
      ...pixels,
      decodeMs: upright - started,
      preprocessMs: performance.now() - upright,
      garbageBytes: giveBackPixels(decoded),
    };
  },

  async toEncoded(picture, asPng, limits) {
    const started = performance.now();
    const decoded = await decode(picture, AS_IT_IS, limits);
    const png = asPng ? await encodePng(decoded) : null;
    return { png, decodeMs: performance.now() - started, garbageBytes: decoded.data.length };
  },
};

/** @param onFit is told how libvips fits the picture, where it does */
function wantedOf(plan: PreprocessingPlan, onFit: (fitted: Fit) => Fit): Wanted {
  const { channels, background, orientation, decoder, size, resampling } = plan;
  const wanted = { channels, background, orientation, decoder };
  if (size === null || resampling !== 'fast') return wanted;
  return { ...wanted, scaling: (turned) => onFit(fit(turned, size, plan)) };
}
