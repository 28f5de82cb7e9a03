import type { ReadableFormat } from '../../images/formats.js';
import { readAvif } from '../avif/read-avif.js';
import { metadataOf } from './metadata.js';
import { tiffOrientation } from './tiff-orientation.js';

const EXIF_PREFIX = /^(Exif\0\0){1,2}/;

/**
 * How a picture is stored, from 1 to 8, as Pillow's `ImageOps.exif_transpose` finds it: by Exif, and where that says nothing by XMP; 1, upright, where
 * neither does or what they say is damaged. Of an AVIF its own boxes alone.
 */
export function readOrientation(picture: Uint8Array, format: ReadableFormat): number {
  if (format === 'AVIF') return readAvif(picture).orientation;
  const { exif, xmp } = metadataOf(picture, format);
  const prefix = exif?.toString('latin1', 0, 12).match(EXIF_PREFIX)?.[0].length ?? 0;
  const orientation = (exif && tiffOrientation(exif.subarray(prefix))) ?? ofXmp(xmp);
  return Number.isInteger(orientation) && orientation >= 1 && orientation <= 8 ? orientation : 1;
}

function ofXmp(xmp: string | undefined): number {
  return Number(xmp?.match(/tiff:Orientation(?:="|>)([0-9])/)?.[1] ?? 1);
}
