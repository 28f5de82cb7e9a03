import type { Channels } from './image-input.js';
import type { Pixels } from './pixels.js';
import type { Size } from './preprocessing-config.js';

const COLOURS = 256;
/** Each index is its own grey. */
const WEDGE = Uint8Array.from({ length: COLOURS * 3 }, (_, at) => Math.floor(at / 3));

/**
 * The 256 colours of a palette, red, green and blue one after the other. Those that are missing in the file are black, as in Pillow; without
 * a palette, or where all that are there say so, each index is its own grey.
 * @param bytes how many a colour has in the file
 * @param order where red, green and blue are in it
 */
export function paletteOf(
  stored: Uint8Array | undefined,
  bytes: 3 | 4,
  order: readonly [number, number, number] = [0, 1, 2],
): Uint8Array {
  const palette = new Uint8Array(COLOURS * 3);
  const count = Math.min(COLOURS, Math.floor((stored?.length ?? 0) / bytes));
  for (let colour = 0; colour < count; colour += 1) {
    for (const [part, place] of order.entries())
      palette[colour * 3 + part] = stored![colour * bytes + place]!;
  }
  return isWedge(palette.subarray(0, count * 3)) ? WEDGE : palette;
}

/** Pixels of one channel where each index is its own grey, else of three; of four, with an alpha, where one is transparent. */
export function expandPalette(
  indices: Uint8Array,
  { width, height }: Size,
  palette: Uint8Array,
  transparent?: number,
): Pixels {
  const channels: Channels = transparent !== undefined ? 4 : palette === WEDGE ? 1 : 3;
  if (channels === 1) return { data: indices, width, height, channels };
  const data = new Uint8Array(indices.length * channels);
  for (let from = 0, to = 0; from < indices.length; from += 1, to += channels) {
    const index = indices[from]!;
    data[to] = palette[index * 3]!;
    data[to + 1] = palette[index * 3 + 1]!;
    data[to + 2] = palette[index * 3 + 2]!;
    if (channels === 4) data[to + 3] = index === transparent ? 0 : 255;
  }
  return { data, width, height, channels };
}

/** Whether each colour is the grey of its index. */
function isWedge(palette: Uint8Array): boolean {
  return palette.every((value, at) => value === Math.floor(at / 3));
}
