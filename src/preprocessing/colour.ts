import { integer, list, type Reader, unexpected } from '../config/expect.js';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];

/** Reads `#rrggbb` or `[red, green, blue]`. */
export const colour: Reader<Colour> = (value, name) => {
  if (Array.isArray(value)) {
    const [red = 0, green = 0, blue = 0] = list(integer(0, 255), 3)(value, name);
    return [red, green, blue];
  }
  if (typeof value !== 'string' || !/^#[\da-f]{6}$/i.test(value)) {
    throw unexpected('a colour as "#rrggbb" or [red, green, blue]', name, value);
  }
  const number = Number.parseInt(value.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
};

/** The weights of red, green and blue in a grey: ITU-R BT.601 in 16-bit fractions, as Pillow's mode `L` has them. */
export const LUMA: Colour = [19_595 / 65_536, 38_470 / 65_536, 7_471 / 65_536];

/** The grey of a colour, 0 to 255, to the bit as Pillow's `convert('L')`. */
export function luma(red: number, green: number, blue: number): number {
  return (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16;
}
