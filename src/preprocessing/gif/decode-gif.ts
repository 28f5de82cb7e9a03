import type { Pixels } from '../pixels.js';
import { expandPalette, paletteOf } from '../palette.js';
import { type GifFrame, readGif } from './read-gif.js';
import { unpackLzw } from './unpack-lzw.js';

/**
 * The first frame of a GIF as Pillow has it: on its canvas, around it the colour that is transparent, else the first one. Transparent pixels keep
 * their colour; where a colour is transparent there is an alpha.
 * @throws DamagedPicture, RangeError where the file ends early
 */
export function decodeGif(picture: Uint8Array): Pixels {
  const frame = readGif(picture);
  const stored = unpackLzw(picture, frame.at, frame.codeBits, frame.width * frame.height);
  return expandPalette(onCanvas(stored, frame), frame.canvas, paletteOf(frame.palette, 3), frame.transparent);
}

function onCanvas(stored: Uint8Array, frame: GifFrame): Uint8Array {
  const { canvas, left, top, width, height, isInterlaced, transparent } = frame;
  if (!isInterlaced && stored.length === canvas.width * canvas.height) return stored;
  const indices = new Uint8Array(canvas.width * canvas.height).fill(transparent ?? 0);
  const rows = isInterlaced ? interlaced(height) : Array.from({ length: height }, (_, row) => row);
  for (const [place, row] of rows.entries()) {
    const pixels = stored.subarray(place * width, (place + 1) * width);
    indices.set(pixels, (top + row) * canvas.width + left);
  }
  return indices;
}

/** The rows in the order in which they are stored: GIF89a, appendix E. */
function interlaced(height: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, row) => first + row * step),
  );
}
