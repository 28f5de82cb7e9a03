import { inflateSync } from 'node:zlib';
import type { ReadableFormat } from '../../images/formats.js';

/** Where a picture may say how it is to be turned. */
export interface Metadata {
  /** Exif data: TIFF, maybe after `Exif\0\0`. */
  readonly exif?: Buffer;
  /** XMP, in Latin-1. */
  readonly xmp?: string;
}

/** What is said is near the begin; more segments or chunks come with no camera. */
const MOST_PARTS = 10_000;
/** Of texts that are compressed, in bytes. */
const MOST_TEXT = 1 << 20;

/** The metadata of a picture as Pillow finds them. They may be damaged, which is no reason to refuse it. */
export function metadataOf(picture: Uint8Array, format: ReadableFormat): Metadata {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  try {
    return READERS[format]?.(bytes) ?? {};
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

const READERS: Readonly<Partial<Record<ReadableFormat, (bytes: Buffer) => Metadata>>> = {
  JPEG: ofJpeg,
  PNG: ofPng,
  WebP: ofWebP,
  TIFF: (bytes) => ({ exif: bytes }),
};

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

/** Of the segments before the first scan: Exif data may go over several; of XMP the last holds. */
function ofJpeg(bytes: Buffer): Metadata {
  const exif: Buffer[] = [];
  let xmp: string | undefined;
  for (let at = 2, part = 0; part < MOST_PARTS && at + 4 <= bytes.length; part += 1) {
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    if (at < 0 || at + 4 > bytes.length || bytes[at + 1] === 0xda || bytes[at + 1] === 0xd9) break;
    if (bytes[at + 1] === 0 || bytes[at + 1] === 1 || (bytes[at + 1]! >= 0xd0 && bytes[at + 1]! <= 0xd8)) {
      at += 2;
      continue;
    }
    const content = bytes.subarray(at + 4, at + 2 + Math.max(2, bytes.readUInt16BE(at + 2)));
    if (bytes[at + 1] === 0xe1 && begins(content, EXIF)) exif.push(content.subarray(exif.length > 0 ? 6 : 0));
    else if (bytes[at + 1] === 0xe1 && begins(content, XMP)) xmp = content.toString('latin1', XMP.length);
    at += 4 + content.length;
  }
  return { exif: exif.length > 0 ? Buffer.concat(exif) : undefined, xmp };
}

/** Chunks, in which Exif data are or, as ImageMagick once wrote them, a text of their hexadecimal digits. */
function ofPng(bytes: Buffer): Metadata {
  let exif: Buffer | undefined;
  let raw: Buffer | undefined;
  let xmp: string | undefined;
  for (let at = 8, part = 0; part < MOST_PARTS && at + 8 <= bytes.length; part += 1) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    if (name === 'eXIf') exif = content;
    const text = textOf(name, content);
    if (text?.keyword === 'Raw profile type exif')
      raw = Buffer.from(text.value.split('\n').slice(3).join(''), 'hex');
    if (text?.keyword === 'XML:com.adobe.xmp') xmp = text.value;
    at += 12 + content.length;
  }
  return { exif: exif ?? raw, xmp };
}

/** A text of a PNG, which may be compressed (PNG, 11.3.4). */
function textOf(chunk: string, content: Buffer): { keyword: string; value: string } | undefined {
  if (!['tEXt', 'zTXt', 'iTXt'].includes(chunk)) return undefined;
  const end = content.indexOf(0);
  const keyword = content.toString('latin1', 0, end);
  // Others need not be inflated.
  if (!['Raw profile type exif', 'XML:com.adobe.xmp'].includes(keyword)) return undefined;
  let from = end + 1;
  let isCompressed = chunk === 'zTXt';
  if (chunk === 'iTXt') {
    isCompressed = content[from] === 1;
    from = content.indexOf(0, content.indexOf(0, from + 2) + 1) + 1;
  } else if (isCompressed) from += 1;
  const value = content.subarray(from);
  try {
    return {
      keyword,
      value: (isCompressed ? inflateSync(value, { maxOutputLength: MOST_TEXT }) : value).toString('latin1'),
    };
  } catch {
    return undefined; // What cannot be inflated says nothing.
  }
}

/** Chunks that the header of an extended file says are there: RFC 9649, section 2.7. */
function ofWebP(bytes: Buffer): Metadata {
  if (bytes.toString('latin1', 12, 16) !== 'VP8X') return {};
  const flags = bytes.readUInt8(20);
  let exif: Buffer | undefined;
  let xmp: string | undefined;
  for (let at = 12, part = 0; part < MOST_PARTS && at + 8 <= bytes.length; part += 1) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (name === 'EXIF' && (flags & 8) !== 0) exif ??= content;
    if (name === 'XMP ' && (flags & 4) !== 0) xmp ??= content.toString('latin1');
    at += 8 + length + (length & 1);
  }
  return { exif, xmp };
}

function begins(content: Buffer, text: string): boolean {
  return content.toString('latin1', 0, text.length) === text;
}
