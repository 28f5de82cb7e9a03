/** The formats that are served; their names as a client reads them. */
export const SERVED_FORMATS = ['JPEG', 'PNG', 'WebP'] as const;
export type ServedFormat = (typeof SERVED_FORMATS)[number];

/** Formats that are recognised only to be named when they are refused. */
type RefusedFormat =
  'GIF' | 'BMP' | 'TIFF' | 'SVG' | 'PDF' | 'HEIC' | 'AVIF' | 'JPEG XL' | 'JPEG 2000' | 'ICO';

export type PictureFormat = ServedFormat | RefusedFormat;

/** The bytes at an offset by which each format begins, as Latin-1 text. */
const SIGNATURES: readonly (readonly [PictureFormat, number, string])[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['BMP', 0, 'BM'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['PDF', 0, '%PDF-'],
  ['AVIF', 4, 'ftypavi'],
  ['HEIC', 4, 'ftyphei'],
  ['HEIC', 4, 'ftyphev'],
  ['HEIC', 4, 'ftypmif1'],
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
  if (known !== undefined) return known[0] === 'WebP' && !text.startsWith('RIFF') ? undefined : known[0];
  return /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype svg|svg)/i.test(text) && /<svg[\s>]/i.test(text)
    ? 'SVG'
    : undefined;
}

export function isServed(format: PictureFormat | undefined): format is ServedFormat {
  return (SERVED_FORMATS as readonly (PictureFormat | undefined)[]).includes(format);
}
