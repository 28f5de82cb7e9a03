import type { Pixels } from './pixels.js';
import { sharp } from '../images/sharp.js';

/** Writes pixels as PNG: nothing is lost, and little time is spent on making it small, for it does not travel far. */
export async function encodePng({ data, width, height, channels }: Pixels): Promise<Uint8Array> {
  const png = await sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 1 })
    .toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
}
