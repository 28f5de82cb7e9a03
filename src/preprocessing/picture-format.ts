import { READABLE_FORMATS, type ReadableFormat } from '../images/formats.js';
import { HEADER_LENGTHS } from './bmp/header-lengths.js';

/** Formats that are recognised only to be named when they are refused. */
type RefusedFormat = 'SVG' | 'PDF' | 'HEIC' | 'JPEG XL' | 'JPEG 2000' | 'ICO';

export type PictureFormat = ReadableFormat | RefusedFormat;

/** The bytes at an offset by which each format begins, as Latin-1 text. */
const SIGNATURES: readonly (readonly [PictureFormat, number, string])[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['TIFF', 0, 'II+\0'],
  ['TIFF', 0, 'MM\0+'],
  ['PDF', 0, '%PDF-'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL \r\n\x87\n'],
  ['JPEG 2000', 4, 'jP  \r\n\x87\n'],
  ['ICO', 0, '\0\0\x01\0'],
];

/** How many bytes are looked at; an SVG may begin with comments. */
const SNIFFED_BYTES = 1024;

/** The format that the content is of, whatever its name or declared type; `undefined` if it is none known. */
export function sniffFormat(picture: Uint8Array): PictureFormat | undefined {
  const start = Buffer.from(picture.buffer, picture.byteOffset, Math.min(picture.length, SNIFFED_BYTES));
  const text = start.toString('latin1');
  const known = SIGNATURES.find(([, offset, signature]) => text.startsWith(signature, offset));
  if (known !== undefined) return known[0];
  if (text.startsWith('RIFF')) return text.startsWith('WEBP', 8) ? 'WebP' : undefined;
  if (text.startsWith('BM')) return isBmp(start) ? 'BMP' : undefined;
  if (text.startsWith('ftyp', 4)) return formatOfBrands(start);
  return /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype svg|svg)/i.test(text) && /<svg[\s>]/i.test(text)
    ? 'SVG'
    : undefined;
}

export function isReadable(format: PictureFormat | undefined): format is ReadableFormat {
  return (READABLE_FORMATS as readonly (PictureFormat | undefined)[]).includes(format);
}

/** Many a text begins with BM. */
function isBmp(start: Buffer): boolean {
  return start.length >= 18 && HEADER_LENGTHS.includes(start.readUInt32LE(14));
}

const AVIF = /^avi[fs]$/;
const HEIC = /^(hei[cxms]|hev[cxms]|mif1|msf1)$/;

/** Files of one kind differ by their brands, the first of which says least: ISO/IEC 14496-12, section 4.3. */
function formatOfBrands(start: Buffer): PictureFormat | undefined {
  const text = start.toString('latin1', 8, Math.max(12, Math.min(start.readUInt32BE(0), start.length)));
  const brands = text.match(/.{4}/gs) ?? [];
  if (brands.some((brand) => AVIF.test(brand))) return 'AVIF';
  return brands.some((brand) => HEIC.test(brand)) ? 'HEIC' : undefined;
}
