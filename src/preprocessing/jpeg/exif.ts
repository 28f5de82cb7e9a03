/** TIFF 6.0, tag 274 and type SHORT. */
const ORIENTATION = 274;
const SHORT = 3;
const ENTRY = 12;

/**
 * The orientation that Exif data give, from 1 to 8; 1, upright, where they give none.
 * @param content of the segment APP1, from `Exif` on (CIPA DC-008, 4.5.4)
 */
export function orientationOf(content: DataView): number {
  try {
    const tiff = new DataView(content.buffer, content.byteOffset + 6, content.byteLength - 6);
    const isLittle = tiff.getUint16(0) === 0x4949;
    const directory = tiff.getUint32(4, isLittle);
    const count = tiff.getUint16(directory, isLittle);
    for (let entry = 0; entry < count; entry += 1) {
      const at = directory + 2 + entry * ENTRY;
      if (tiff.getUint16(at, isLittle) !== ORIENTATION) continue;
      const value = tiff.getUint16(at + 2, isLittle) === SHORT ? tiff.getUint16(at + 8, isLittle) : 1;
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}
