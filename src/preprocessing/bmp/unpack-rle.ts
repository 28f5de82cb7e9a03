import { DamagedPicture } from '../damaged-picture.js';
import type { Size } from '../preprocessing-config.js';

const END_OF_LINE = 0;
const END_OF_PICTURE = 1;
const DELTA = 2;

/**
 * The indices of a BMP whose runs are counted, the row that is stored first coming first. Like Pillow, and unlike others, it lays them one after the other:
 * what is passed over has index 0, and a file that ends before the last pixel is damaged.
 * @throws DamagedPicture
 */
export function unpackRle(
  bytes: Uint8Array,
  from: number,
  { width, height }: Size,
  isRle4: boolean,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [at, filled, x] = [from, 0, 0];
  while (filled < indices.length) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count === undefined || value === undefined) throw new DamagedPicture('It ends early.');
    if (count > 0) {
      const run = Math.min(count, Math.max(0, width - x));
      const pair = isRle4 ? [value >> 4, value & 15] : [value, value];
      for (let index = 0; index < run; index += 1) indices[filled + index] = pair[index % 2]!;
      filled += run;
      x += run;
    } else if (value === END_OF_LINE) {
      filled = Math.ceil(filled / width) * width;
      x = 0;
    } else if (value === END_OF_PICTURE) {
      throw new DamagedPicture('It ends before its last pixel.');
    } else if (value === DELTA) {
      const [right, rows] = [bytes[at], bytes[at + 1]];
      at += 2;
      if (right === undefined || rows === undefined) throw new DamagedPicture('It ends early.');
      filled += right + rows * width;
      x = filled % width;
    } else {
      const literal = Math.min(indices.length - filled, value);
      const length = isRle4 ? Math.ceil(literal / 2) : literal;
      if (at + length > bytes.length) throw new DamagedPicture('It ends early.');
      for (let index = 0; index < literal; index += 1) {
        const byte = bytes[at + (isRle4 ? index >> 1 : index)]!;
        indices[filled + index] = isRle4 ? (byte >> (index % 2 === 0 ? 4 : 0)) & 15 : byte;
      }
      filled += literal;
      x += value;
      at += length + ((at + length) % 2);
    }
  }
  return indices;
}
