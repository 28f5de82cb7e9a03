import { DamagedPicture } from '../damaged-picture.js';
import { expandPalette, paletteOf } from '../palette.js';
import type { Pixels } from '../pixels.js';
import type { SampleOrder } from './masks.js';
import { type BmpHeader, readBmp } from './read-bmp.js';
import { unpackRle } from './unpack-rle.js';

/**
 * The pixels that Pillow gives of a BMP, with an alpha where the file says which bits are one.
 * @throws DamagedPicture, RangeError where the file ends early, ServingError IMAGE_UNSUPPORTED
 */
export function decodeBmp(picture: Uint8Array): Pixels {
  const header = readBmp(picture);
  const { palette, order, compression } = header;
  if (order !== undefined) return colours(rowsOf(picture, header), header, order);
  const indices =
    compression === 'none'
      ? unpackIndices(rowsOf(picture, header), header)
      : upright(unpackRle(picture, header.at, header, compression === 'rle4'), header);
  return expandPalette(indices, header, paletteOf(palette?.stored, palette?.bytes ?? 4, [2, 1, 0]));
}

/** The rows from the top one down, each a view into the file. */
function rowsOf(picture: Uint8Array, header: BmpHeader): readonly Uint8Array[] {
  const { width, height, bits, isTopDown, at } = header;
  const length = Math.ceil((width * bits) / 8);
  const stride = Math.ceil((width * bits) / 32) * 4;
  // Of the last row as it is stored, what fills it up may be missing.
  if (at + (height - 1) * stride + length > picture.length) throw new DamagedPicture('It ends early.');
  return Array.from({ length: height }, (_, row) => {
    const start = at + (isTopDown ? row : height - 1 - row) * stride;
    return picture.subarray(start, start + length);
  });
}

/** Pixels of 1, 4 or 8 bits, the high bits first. */
function unpackIndices(rows: readonly Uint8Array[], { width, height, bits }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < width; x += 1) {
      const shift = 8 - bits * ((x % perByte) + 1);
      indices[y * width + x] = (row[Math.floor(x / perByte)]! >> shift) & mask;
    }
  }
  return indices;
}

function upright(stored: Uint8Array, { width, height, isTopDown }: BmpHeader): Uint8Array {
  if (isTopDown) return stored;
  const indices = new Uint8Array(stored.length);
  for (let row = 0; row < height; row += 1) {
    indices.set(stored.subarray(row * width, (row + 1) * width), (height - 1 - row) * width);
  }
  return indices;
}

function colours(rows: readonly Uint8Array[], header: BmpHeader, order: SampleOrder): Pixels {
  const { width, height, bits } = header;
  if ('green' in order) return { data: colours16(rows, header, order.green), width, height, channels: 3 };
  const channels = order.bytes.length === 4 ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const bytes = bits / 8;
  let to = 0;
  for (const row of rows) {
    for (let from = 0; from < row.length; from += bytes, to += channels) {
      for (let channel = 0; channel < channels; channel += 1) {
        data[to + channel] = row[from + order.bytes[channel]!]!;
      }
    }
  }
  return { data, width, height, channels };
}

/** Five bits of red and blue, five or six of green. As in Pillow, fractions are cut off. */
function colours16(rows: readonly Uint8Array[], { width, height }: BmpHeader, green: 5 | 6): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  const mostGreen = (1 << green) - 1;
  let to = 0;
  for (const row of rows) {
    for (let from = 0; from < row.length; from += 2, to += 3) {
      const pixel = row[from]! | (row[from + 1]! << 8);
      data[to] = (((pixel >> (5 + green)) & 31) * 255) / 31;
      data[to + 1] = (((pixel >> 5) & mostGreen) * 255) / mostGreen;
      data[to + 2] = ((pixel & 31) * 255) / 31;
    }
  }
  return data;
}
