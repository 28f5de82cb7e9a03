import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { decode, type Pixels, type Wanted } from './decode.js';
import { encodePng } from './encode.js';
import { Permits } from './permits.js';
import { checkFormat, type PictureLimits } from './picture.js';
import type { ServedFormat } from './picture-format.js';
import type { PreprocessingPlan } from './plan.js';
import { resize } from './resize.js';

export interface PreprocessedPicture {
  /** uint8 of shape `[1, height, width, channels]`, with the plan's `normalise`. */
  readonly tensor: Tensor;
  /** The wait for a turn to be decoded. */
  readonly waitMs: number;
  /** From the first byte to upright pixels. */
  readonly decodeMs: number;
  /** From pixels to the tensor. */
  readonly preprocessMs: number;
}

/** A picture for a model that decodes it itself. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly waitMs: number;
  readonly decodeMs: number;
}

/**
 * Bytes to pixels to a tensor. Every method rejects with a `ServingError` IMAGE_UNREADABLE, IMAGE_UNSUPPORTED or
 * IMAGE_TOO_LARGE when the picture is at fault, and with the signal's reason when the caller left.
 */
@Injectable()
export class PreprocessingService {
  private readonly permits: Permits;

  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Settings) {
    this.permits = new Permits(settings.decodeConcurrency);
  }

  /**
   * Decodes a picture and brings it to what the model takes.
   * @param maxPixels the model's own limit, where it is below the server's
   */
  async toPixels(
    picture: Uint8Array,
    plan: PreprocessingPlan,
    signal: AbortSignal,
    maxPixels = Infinity,
  ): Promise<PreprocessedPicture> {
    const limits = this.limits(maxPixels);
    checkFormat(picture, limits);
    const arrived = performance.now();
    return this.whenPermitted(async () => {
      const started = performance.now();
      const decoded = await decodeUnlessLeft(picture, plan, limits, signal);
      const upright = performance.now();
      const { data, width, height, channels } = await resize(decoded, plan);
      signal.throwIfAborted();
      return {
        tensor: { dtype: 'uint8', shape: [1, height, width, channels], data, normalise: plan.normalise },
        waitMs: started - arrived,
        decodeMs: upright - started,
        preprocessMs: performance.now() - upright,
      };
    }, signal);
  }

  /**
   * Makes sure that the whole picture decodes, and gives its bytes untouched if they are of the wanted encoding; any
   * other picture is turned upright and written as PNG, which loses nothing and which TensorFlow's `decode_jpeg`
   * reads as well.
   */
  async toEncoded(
    picture: Uint8Array,
    encoding: 'png' | 'jpeg',
    signal: AbortSignal,
    maxPixels = Infinity,
  ): Promise<EncodedPicture> {
    const limits = this.limits(maxPixels);
    const format = checkFormat(picture, limits);
    const arrived = performance.now();
    return this.whenPermitted(async () => {
      const started = performance.now();
      const decoded = await decodeUnlessLeft(picture, { channels: 'own', background: null }, limits, signal);
      const bytes = format === ENCODING[encoding] ? picture : await encodePng(decoded);
      signal.throwIfAborted();
      return { bytes, waitMs: started - arrived, decodeMs: performance.now() - started };
    }, signal);
  }

  /** Who waits holds its upload in memory: no more may wait here than for the engine. */
  private whenPermitted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.permits.waitingCount >= this.settings.maxQueue) {
      throw new ServingError('QUEUE_FULL', 'Too many pictures wait to be decoded. Try again.', {
        retryAfter: 1,
      });
    }
    return this.permits.run(work, signal);
  }

  private limits(maxPixels: number): PictureLimits {
    return { ...this.settings, maxImagePixels: Math.min(this.settings.maxImagePixels, maxPixels) };
  }
}

/** Decoding cannot be interrupted, but what nobody waits for any more goes no further. */
async function decodeUnlessLeft(
  picture: Uint8Array,
  wanted: Wanted,
  limits: PictureLimits,
  signal: AbortSignal,
): Promise<Pixels> {
  try {
    return await decode(picture, wanted, limits);
  } finally {
    signal.throwIfAborted();
  }
}

const ENCODING: Readonly<Record<'png' | 'jpeg', ServedFormat>> = { png: 'PNG', jpeg: 'JPEG' };
