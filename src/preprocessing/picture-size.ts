import type { Size } from './preprocessing-config.js';
import type { ReadableFormat } from '../images/formats.js';

/** What the header of an ordinary picture says. */
export interface SizeAndInk extends Size {
  readonly cmyk: boolean;
}

/**
 * Reads the header itself, in microseconds, where libvips takes half a millisecond. Only what every decoder reads alike:
 * `undefined` for all else, of which libvips is to judge. What it says is not believed by the decoder, which has its own limit.
 */
export function readSize(picture: Uint8Array, format: ReadableFormat): SizeAndInk | undefined {
  const bytes = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const size = READERS[format]?.(bytes);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

const READERS: Readonly<Partial<Record<ReadableFormat, (bytes: DataView) => SizeAndInk | undefined>>> = {
  JPEG: readJpeg,
  PNG: readPng,
  WebP: readWebP,
};

/** Markers of JPEG (ITU-T T.81, table B.1) by which a frame begins: baseline, extended and progressive, with Huffman codes. */
const PROGRESSIVE = 0xc2;
const FRAMES = [0xc0, 0xc1, PROGRESSIVE];
/** Segments that may come before it: tables, restart interval, APP0 to APP15, comment. */
function mayPrecede(marker: number): boolean {
  return [0xc4, 0xdb, 0xdd, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}
/** More come with no camera. */
const MOST_SEGMENTS = 1000;

function readJpeg(bytes: DataView): SizeAndInk | undefined {
  const frame = findFrame(bytes);
  if (!frame) return undefined;
  const { at, components } = frame;
  if (bytes.getUint8(at + 4) !== 8 || ![1, 3, 4].includes(components)) return undefined;
  return { height: bytes.getUint16(at + 5), width: bytes.getUint16(at + 7), cmyk: components === 4 };
}

/** Where the frame of a JPEG begins, of which kind it is, and how many components it has; `undefined` where that is not to be told at a glance. */
export function findFrame(
  bytes: DataView,
): { readonly at: number; readonly isProgressive: boolean; readonly components: number } | undefined {
  let at = 2;
  for (let segment = 0; segment < MOST_SEGMENTS && at + 10 <= bytes.byteLength; segment += 1) {
    const marker = bytes.getUint8(at + 1);
    if (bytes.getUint8(at) !== 0xff) return undefined;
    if (FRAMES.includes(marker))
      return { at, isProgressive: marker === PROGRESSIVE, components: bytes.getUint8(at + 9) };
    const length = bytes.getUint16(at + 2);
    if (!mayPrecede(marker) || length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** The chunk IHDR comes first and has 13 bytes. */
function readPng(bytes: DataView): SizeAndInk | undefined {
  if (bytes.byteLength < 33 || bytes.getUint32(8) !== 13 || bytes.getUint32(12) !== 0x49_48_44_52) {
    return undefined;
  }
  return { width: bytes.getUint32(16), height: bytes.getUint32(20), cmyk: false };
}

const VP8 = 0x56_50_38_20;
const VP8L = 0x56_50_38_4c;
const VP8X = 0x56_50_38_58;

/** Of the three kinds of a first chunk: RFC 9649, sections 2.5 to 2.7. */
function readWebP(bytes: DataView): SizeAndInk | undefined {
  if (bytes.byteLength < 30) return undefined;
  switch (bytes.getUint32(12)) {
    case VP8:
      // A frame tag of three bytes, of which a 0 says that it is a key frame, and a start code before the two sides.
      if ((bytes.getUint8(20) & 1) !== 0 || bytes.getUint16(23) !== 0x9d_01 || bytes.getUint8(25) !== 0x2a) {
        return undefined;
      }
      return {
        width: bytes.getUint16(26, true) & 0x3fff,
        height: bytes.getUint16(28, true) & 0x3fff,
        cmyk: false,
      };
    case VP8L: {
      if (bytes.getUint8(20) !== 0x2f) return undefined;
      const sides = bytes.getUint32(21, true);
      return { width: (sides & 0x3fff) + 1, height: ((sides >> 14) & 0x3fff) + 1, cmyk: false };
    }
    case VP8X:
      return { width: uint24(bytes, 24) + 1, height: uint24(bytes, 27) + 1, cmyk: false };
    default:
      return undefined;
  }
}

function uint24(bytes: DataView, at: number): number {
  return bytes.getUint16(at, true) | (bytes.getUint8(at + 2) << 16);
}
