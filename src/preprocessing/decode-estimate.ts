import type { ReadableFormat } from '../images/formats.js';
import { findFrame } from './picture-size.js';

/** What a decode takes at most, by what the header says. */
export interface DecodeEstimate {
  /** Of one core, roughly: which pictures are slow beside others. */
  readonly ms: number;
  readonly bytes: number;
}

/** What each pixel takes. */
interface PerPixel {
  readonly ns: number;
  readonly bytes: number;
  /** Of a byte that no pixel needs; absent: a decoder may have to look at each by itself. */
  readonly nsPerIdleByte?: number;
}

/** Pixels as they are given on, and once more while they are turned or brought to another size. */
const GIVEN = 6;
const NS_PER_IDLE_BYTE = 1_000;
/** More than that, per pixel and in all, no picture needs. */
const USED_BYTES = { perPixel: 8, least: 2 ** 18 } as const;

/** Measured by `npm run bench:hostile-pictures`, with noise where that takes longer, and rounded up; GIF, BMP, TIFF and AVIF generously guessed. */
const PER_PIXEL: Readonly<Record<ReadableFormat, (bytes: DataView) => PerPixel>> = {
  JPEG: jpegPixel,
  PNG: pngPixel,
  WebP: () => ({ ns: 90, bytes: GIVEN + 4 }),
  // Later frames and pages are not read.
  GIF: () => ({ ns: 90, bytes: GIVEN + 10, nsPerIdleByte: 50 }),
  BMP: () => ({ ns: 60, bytes: GIVEN + 8, nsPerIdleByte: 50 }),
  TIFF: () => ({ ns: 90, bytes: GIVEN + 16, nsPerIdleByte: 100 }),
  AVIF: () => ({ ns: 200, bytes: GIVEN + 16, nsPerIdleByte: 100 }),
};

/** @param pixels how many it has, or may have at most */
export function estimateDecode(picture: Uint8Array, format: ReadableFormat, pixels: number): DecodeEstimate {
  const {
    ns,
    bytes,
    nsPerIdleByte = NS_PER_IDLE_BYTE,
  } = PER_PIXEL[format](new DataView(picture.buffer, picture.byteOffset, picture.byteLength));
  const idle = Math.max(0, picture.length - USED_BYTES.perPixel * pixels - USED_BYTES.least);
  return {
    ms: (pixels * ns + idle * nsPerIdleByte) / 1e6,
    bytes: pixels * bytes + picture.length,
  };
}

/** The coefficients of a progressive JPEG are all there, 16 bits each, and its samples, before the first pixel is. */
function jpegPixel(bytes: DataView): PerPixel {
  const { isProgressive, components } = findFrame(bytes) ?? { isProgressive: true, components: 3 };
  if (components === 4) return { ns: 60, bytes: GIVEN + (isProgressive ? 10 : 4) };
  return isProgressive ? { ns: 50, bytes: 3 * components + 3 } : { ns: 16, bytes: GIVEN };
}

/** An interlaced PNG is all there, as it is stored, before the first row is. */
function pngPixel(bytes: DataView): PerPixel {
  if (bytes.byteLength < 33 || bytes.getUint8(28) === 0) return { ns: 16, bytes: GIVEN };
  const samples = [1, 1, 3, 3, 2, 2, 4][bytes.getUint8(25)] ?? 4;
  const stored = (samples * Math.max(8, bytes.getUint8(24))) / 8;
  return { ns: 60, bytes: stored + GIVEN - 3 };
}
