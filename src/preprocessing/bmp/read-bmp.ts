import { ServingError } from '../../errors/serving-error.js';
import { DamagedPicture } from '../damaged-picture.js';
import type { Size } from '../preprocessing-config.js';
import { HEADER_LENGTHS } from './header-lengths.js';
import { type Masks, sampleOrder, type SampleOrder } from './masks.js';

/** What comes before the pixels of a BMP. */
export interface BmpHeader extends Size {
  readonly isTopDown: boolean;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly compression: 'none' | 'rle8' | 'rle4';
  /** Of pixels of 16 bits and more. */
  readonly order: SampleOrder | undefined;
  /** Of pixels of 8 bits and fewer: blue, green and red, one after the other. */
  readonly palette: { readonly stored: Uint8Array; readonly bytes: 3 | 4 } | undefined;
  /** Where the pixels begin. */
  readonly at: number;
}

/** The length of the header of OS/2 1. */
const OS2 = 12;
const FILE_HEADER = 14;
const COMPRESSIONS = ['none', 'rle8', 'rle4', 'bitfields', 'jpeg', 'png'] as const;

/**
 * Reads the headers and the palette as Pillow does.
 * @throws DamagedPicture, RangeError where the file ends before, ServingError IMAGE_UNSUPPORTED
 */
export function readBmp(picture: Uint8Array): BmpHeader {
  const bytes = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const length = bytes.getUint32(FILE_HEADER, true);
  if (!HEADER_LENGTHS.includes(length)) throw new DamagedPicture(`Its header has ${length} bytes.`);
  const isOs2 = length === OS2;
  const { width, height, isTopDown } = sizeOf(bytes, isOs2);
  if (width === 0 || height === 0) throw new DamagedPicture('It has no pixels.');
  const bits = isOs2 ? bytes.getUint16(24, true) : bytes.getUint16(28, true);
  const compression = COMPRESSIONS[isOs2 ? 0 : bytes.getUint32(30, true)];
  if (!isBits(bits)) throw new DamagedPicture(`Its pixels have ${bits} bits.`);
  if (compression === undefined) throw new DamagedPicture('Its compression is none known.');
  if (compression === 'jpeg' || compression === 'png') {
    throw refused(`with a ${compression.toUpperCase()} in it`);
  }
  const isPalette = bits <= 8;
  if (isPalette ? compression === 'bitfields' : compression.startsWith('rle')) {
    throw new DamagedPicture(`Its compression is not for pixels of ${bits} bits.`);
  }
  const masks = compression === 'bitfields' ? masksOf(bytes, length) : undefined;
  const order = isPalette ? undefined : sampleOrder(bits, masks);
  if (order === undefined && !isPalette) throw refused('whose colours lie at unusual bits');
  const colourBytes = isOs2 ? 3 : 4;
  const colours = (isOs2 ? 0 : bytes.getUint32(46, true)) || 1 << bits;
  // Those of a header of Windows 3 come after it.
  const paletteAt = FILE_HEADER + length;
  const paletteEnd = paletteAt + colours * colourBytes;
  const given = bytes.getUint32(10, true);
  const afterHeader = isPalette ? paletteEnd : paletteAt + (masks !== undefined && length === 40 ? 12 : 0);
  if (isPalette && colours > 256) throw new DamagedPicture(`It has ${colours} colours.`);
  return {
    width,
    height,
    isTopDown,
    bits,
    compression: compression === 'bitfields' ? 'none' : compression,
    order,
    palette: isPalette ? { stored: picture.subarray(paletteAt, paletteEnd), bytes: colourBytes } : undefined,
    // Some programs forget the palette.
    at: given === 0 || (given === paletteAt && isPalette) ? afterHeader : given,
  };
}

function sizeOf(bytes: DataView, isOs2: boolean): Size & { isTopDown: boolean } {
  if (isOs2) return { width: bytes.getUint16(18, true), height: bytes.getUint16(20, true), isTopDown: false };
  const isTopDown = bytes.getUint8(25) === 0xff;
  const height = bytes.getUint32(22, true);
  return { width: bytes.getUint32(18, true), height: isTopDown ? 2 ** 32 - height : height, isTopDown };
}

/** Red, green, blue and alpha; a header of Windows 3 is followed by three of them. */
function masksOf(bytes: DataView, length: number): Masks {
  const [red, green, blue] = [54, 58, 62].map((at) => bytes.getUint32(at, true));
  return [red!, green!, blue!, length >= 56 ? bytes.getUint32(66, true) : 0];
}

function isBits(bits: number): bits is BmpHeader['bits'] {
  return [1, 4, 8, 16, 24, 32].includes(bits);
}

function refused(what: string): ServingError {
  return new ServingError('IMAGE_UNSUPPORTED', `The picture is a BMP ${what}; send it as PNG or JPEG.`);
}
