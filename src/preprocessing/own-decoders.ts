import { types } from 'node:util';
import { decodeAvif } from './avif/decode-avif.js';
import { readAvif } from './avif/read-avif.js';
import { decodeBmp } from './bmp/decode-bmp.js';
import { readBmp } from './bmp/read-bmp.js';
import { DamagedPicture } from './damaged-picture.js';
import { decodeGif } from './gif/decode-gif.js';
import { readGif } from './gif/read-gif.js';
import type { ReadableFormat } from '../images/formats.js';
import type { Pixels } from './pixels.js';
import type { SizeAndInk } from './picture-size.js';
import type { Size } from './preprocessing-config.js';
import { readTiff } from './tiff/read-tiff.js';
import { unreadable } from './unreadable.js';

/** What is read without libvips, or has its colours made here, since that gives other pixels than Pillow or none; or whose headers are held against what it reads as Pillow does. */
interface OwnDecoder {
  /** By the headers alone. */
  readonly size: (picture: Uint8Array) => Size & Partial<SizeAndInk>;
  /** Absent: libvips does it. @param timeoutMs how long it may take where it is not done in the caller's thread */
  readonly decode?: (picture: Uint8Array, timeoutMs: number) => Pixels | Promise<Pixels>;
}

const DECODERS: Readonly<Partial<Record<ReadableFormat, OwnDecoder>>> = {
  GIF: { size: (picture) => readGif(picture).canvas, decode: decodeGif },
  BMP: { size: readBmp, decode: decodeBmp },
  TIFF: { size: readTiff },
  AVIF: { size: readAvif, decode: decodeAvif },
};

/**
 * The size of a picture that is decoded here; `undefined` where libvips does it.
 * @throws ServingError IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export function ownSize(picture: Uint8Array, format: ReadableFormat): SizeAndInk | undefined {
  return read(format, () => {
    const size = DECODERS[format]?.size(picture);
    return size && { width: size.width, height: size.height, cmyk: size.cmyk ?? false };
  });
}

/**
 * A picture as it is stored, by a decoder that may block the caller's thread; `undefined` where libvips does it. The size was held against the limits before.
 * @throws ServingError IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export async function ownPixels(
  picture: Uint8Array,
  format: ReadableFormat,
  timeoutMs: number,
): Promise<Pixels | undefined> {
  try {
    return await DECODERS[format]?.decode?.(picture, timeoutMs);
  } catch (cause) {
    throw asUnreadable(format, cause);
  }
}

function read<T>(format: ReadableFormat, reading: () => T): T {
  try {
    return reading();
  } catch (cause) {
    throw asUnreadable(format, cause);
  }
}

/** A read beyond the end is a RangeError. */
function asUnreadable(format: ReadableFormat, cause: unknown): unknown {
  const isDamaged =
    cause instanceof DamagedPicture || (types.isNativeError(cause) && cause.name === 'RangeError');
  return isDamaged ? unreadable(format, cause) : cause;
}
