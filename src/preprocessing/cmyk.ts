import { setImmediate } from 'node:timers/promises';
import { luma } from './colour.js';
import type { Channels } from './image-input.js';

/** So many pixels take about 10 ms; then other requests get a turn. */
const PIXELS_PER_TURN = 2 ** 20;

/**
 * CMYK (0 is no ink) to grey, RGB or RGBA by the plain arithmetic of Pillow's `convert('RGB')`, to the bit. libvips
 * would go through the colour profile of a printing press: pure red becomes 237, 28, 36.
 */
export async function cmykTo(channels: Channels, cmyk: Uint8Array): Promise<Uint8Array> {
  const pixels = cmyk.length / 4;
  const result = new Uint8Array(pixels * channels);
  for (let start = 0; start < pixels; start += PIXELS_PER_TURN) {
    if (start > 0) await setImmediate();
    const end = Math.min(start + PIXELS_PER_TURN, pixels);
    for (let pixel = start; pixel < end; pixel += 1) {
      const from = pixel * 4;
      const to = pixel * channels;
      const black = cmyk[from + 3] ?? 0;
      const red = withoutInk(cmyk[from] ?? 0, black);
      const green = withoutInk(cmyk[from + 1] ?? 0, black);
      const blue = withoutInk(cmyk[from + 2] ?? 0, black);
      if (channels === 1) {
        result[to] = luma(red, green, blue);
        continue;
      }
      result[to] = red;
      result[to + 1] = green;
      result[to + 2] = blue;
      if (channels === 4) result[to + 3] = 255;
    }
  }
  return result;
}

/** What is left of white, 0 to 255, under black and one ink; the product is divided by 255 and rounded. */
function withoutInk(ink: number, black: number): number {
  const white = 255 - black;
  const product = ink * white + 128;
  return Math.max(0, white - (((product >> 8) + product) >> 8));
}
