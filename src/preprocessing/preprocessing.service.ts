import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { Tensor } from '../engine/tensor.js';
import { admitFormats } from '../images/sharp.js';
import type { Call } from '../turns/call.js';
import { FairLine } from '../turns/fair-line.js';
import { Permits } from '../turns/permits.js';
import { decodeConcurrencyOf } from './decode-concurrency.js';
import type { DecodeEstimate } from './decode-estimate.js';
import { checkBeforeDecode, type PictureLimits } from './picture.js';
import type { ReadableFormat } from '../images/formats.js';
import type { PictureWork } from './picture-work.js';
import { LARGE_PICTURE_WORK, PICTURE_WORK } from './picture-work.token.js';
import type { PreprocessingPlan } from './plan.js';

export interface PreprocessedPicture {
  /** uint8 or float32 of shape `[1, height, width, channels]`, from 0 to 255, with the plan's `normalise`. */
  readonly tensor: Tensor;
  /** From the first byte to upright pixels. */
  readonly decodeMs: number;
  /** From pixels to the tensor. */
  readonly preprocessMs: number;
}

/** A picture for a model that decodes it itself. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly decodeMs: number;
}

/** Who takes longer, or more memory, is decoded apart from those that are quick, and never in their place. */
const QUICK = { ms: 250, bytes: 96 * 2 ** 20 } as const;

/**
 * Bytes to pixels to a tensor. Every method rejects with a `ServingError` IMAGE_UNREADABLE, IMAGE_UNSUPPORTED or
 * IMAGE_TOO_LARGE when the picture is at fault, and with the signal's reason when the caller left.
 *
 * So many pictures at once as DECODE_CONCURRENCY says; the others wait, and their callers take turns. Large ones do so beside them, so many
 * at once at most, and as MAX_DECODE_BYTES allows. How many may wait is decided before (`batching/admission.ts`).
 */
@Injectable()
export class PreprocessingService {
  private readonly permits: Permits<[call: Call, ms: number]>;
  /** In bytes. */
  private readonly largePermits: Permits<[call: Call, ms: number, bytes: number]>;

  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    @Inject(PICTURE_WORK) private readonly work: PictureWork,
    @Inject(LARGE_PICTURE_WORK) private readonly largeWork: PictureWork = work,
  ) {
    admitFormats(settings.imageFormats);
    const most = decodeConcurrencyOf(settings);
    const { maxDecodeBytes } = settings;
    const sizeOf = (_call: Call, _ms: number, bytes: number): number =>
      Math.min(maxDecodeBytes, Math.max(bytes, maxDecodeBytes / most));
    this.permits = new Permits(most, new FairLine());
    this.largePermits = new Permits(maxDecodeBytes, new FairLine(), sizeOf);
  }

  /** Whether a picture is decoded apart from those that are quick. */
  takesLong(picture: Uint8Array): boolean {
    try {
      return isLarge(checkBeforeDecode(picture, this.settings));
    } catch {
      return false; // It is refused.
    }
  }

  /**
   * Decodes a picture and brings it to what the model takes.
   * @param maxPixels the model's own limit, where it is below the server's
   */
  async toPixels(
    picture: Uint8Array,
    plan: PreprocessingPlan,
    call: Call,
    maxPixels = Infinity,
  ): Promise<PreprocessedPicture> {
    const limits = this.limits(maxPixels);
    const estimate = checkBeforeDecode(picture, limits);
    const { data, width, height, channels, decodeMs, preprocessMs } = await this.inTurn(
      estimate,
      call,
      (work) => work.toPixels(picture, plan, limits),
    );
    const dtype = data instanceof Uint8Array ? 'uint8' : 'float32';
    return {
      tensor: { dtype, shape: [1, height, width, channels], data, normalise: plan.normalise },
      decodeMs,
      preprocessMs,
    };
  }

  /**
   * Makes sure that the whole picture decodes, and gives its bytes untouched if they are of the wanted encoding; any
   * other picture is turned upright and written as PNG, which loses nothing and which TensorFlow's `decode_jpeg`
   * reads as well.
   */
  async toEncoded(
    picture: Uint8Array,
    encoding: 'png' | 'jpeg',
    call: Call,
    maxPixels = Infinity,
  ): Promise<EncodedPicture> {
    const limits = this.limits(maxPixels);
    const estimate = checkBeforeDecode(picture, limits);
    const asPng = estimate.format !== ENCODING[encoding];
    const { png, decodeMs } = await this.inTurn(estimate, call, (work) =>
      work.toEncoded(picture, asPng, limits),
    );
    return { bytes: png ?? picture, decodeMs };
  }

  /** Work on a picture is not interrupted, but what nobody waits for any more goes no further. */
  private async inTurn<T>(
    estimate: DecodeEstimate,
    call: Call,
    work: (by: PictureWork) => Promise<T>,
  ): Promise<T> {
    const { signal } = call;
    const workUnlessLeft = (by: PictureWork) => async () => {
      try {
        return await work(by);
      } finally {
        signal.throwIfAborted();
      }
    };
    const { ms, bytes } = estimate;
    return isLarge(estimate)
      ? this.largePermits.run(workUnlessLeft(this.largeWork), signal, call, ms, bytes)
      : this.permits.run(workUnlessLeft(this.work), signal, call, ms);
  }

  private limits(maxPixels: number): PictureLimits {
    return { ...this.settings, maxImagePixels: Math.min(this.settings.maxImagePixels, maxPixels) };
  }
}

function isLarge({ ms, bytes }: DecodeEstimate): boolean {
  return ms > QUICK.ms || bytes > QUICK.bytes;
}

const ENCODING: Readonly<Record<'png' | 'jpeg', ReadableFormat>> = { png: 'PNG', jpeg: 'JPEG' };
