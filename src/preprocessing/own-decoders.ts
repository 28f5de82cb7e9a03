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

/** What is read without libvips, since that gives other pixels than Pillow or none; or whose headers are held against what it reads as Pillow does. */
interface OwnDecoder {
  /** By the headers alone. */
  readonly size: (picture: Uint8Array) => Size & Partial<SizeAndInk>;
  /** Absent: libvips does it. */
  readonly decode?: (picture: Uint8Array) => Pixels;
}

const DECODERS: Readonly<Partial<Record<ReadableFormat, OwnDecoder>>> = {
  GIF: { size: (picture) => readGif(picture).canvas, decode: decodeGif },
  BMP: { size: readBmp, decode: decodeBmp },
  TIFF: { size: readTiff },
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
 * A picture as it is stored, by a decoder that blocks the caller's thread; `undefined` where libvips does it. The size was held against the limits before.
 * @throws ServingError IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export function ownPixels(picture: Uint8Array, format: ReadableFormat): Pixels | undefined {
  return read(format, () => DECODERS[format]?.decode?.(picture));
}

function read<T>(format: ReadableFormat, reading: () => T): T {
  try {
    return reading();
  } catch (cause) {
    // A read beyond the end is a RangeError.
    if (cause instanceof DamagedPicture || cause instanceof RangeError) throw unreadable(format, cause);
    throw cause;
  }
}
