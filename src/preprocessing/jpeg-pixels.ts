import { ServingError } from '../errors/serving-error.js';
import { decodeJpeg } from './jpeg/decode-jpeg.js';
import { JpegError } from './jpeg/jpeg-error.js';
import type { Channels } from './image-input.js';
import type { PictureLimits } from './picture.js';
import { PixelMemory } from './pixel-memory.js';
import type { Pixels } from './pixels.js';
import type { Decoder } from './preprocessing-config.js';
import { unreadable } from './unreadable.js';

const memory = new PixelMemory();

/** What the pixels of a JPEG should be. */
export interface WantedPixels {
  readonly channels: Channels;
  readonly decoder: Decoder;
}

/**
 * A JPEG as it is stored by our own decoder, which blocks the caller's thread; `undefined` where that does not take it though Pillow may: libvips is to have a look.
 * @throws ServingError IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, of one that is to be decoded as TensorFlow does
 */
export function jpegPixels(
  picture: Uint8Array,
  { channels, decoder }: WantedPixels,
  limits: PictureLimits,
): Pixels | undefined {
  try {
    const wanted = { channels: channels === 1 ? 1 : 3, decoder } as const;
    const decoded = decodeJpeg(picture, wanted, limits, (bytes) => memory.take(bytes));
    if (channels !== 4) return decoded;
    const pixels = opaque(decoded);
    giveBackPixels(decoded);
    return pixels;
  } catch (cause) {
    if (!(cause instanceof JpegError || cause instanceof ServingError)) throw cause;
    const isFatal = cause instanceof JpegError && cause.isFatal;
    if (decoder === 'pillow' && !isFatal) return undefined;
    throw cause instanceof ServingError ? cause : unreadable('JPEG', cause);
  }
}

/**
 * Gives pixels for the next picture, where they are such as can be used again: nobody may look into them any more.
 * @returns how many bytes the garbage collector has to free instead
 */
export function giveBackPixels({ data }: Pixels): number {
  return memory.giveBack(data) ? 0 : data.length;
}

/** With an alpha of 255. */
function opaque({ data, width, height }: Pixels): Pixels {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from]!;
    rgba[to + 1] = data[from + 1]!;
    rgba[to + 2] = data[from + 2]!;
  }
  return { data: rgba, width, height, channels: 4 };
}
