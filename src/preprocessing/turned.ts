import type { Pixels } from './pixels.js';

/**
 * A picture upright.
 * @param orientation what EXIF says of how it is stored, from 1 to 8 (TIFF 6.0, tag 274): on which side of it the first row and the first column show
 */
export function turned(pixels: Pixels, orientation: number): Pixels {
  if (orientation < 2 || orientation > 8) return pixels;
  const { data, channels } = pixels;
  const rowBytes = pixels.width * channels;
  const isMirrored = [2, 3, 7, 8].includes(orientation);
  const isUpsideDown = [3, 4, 6, 7].includes(orientation);
  const toRight = isMirrored ? -channels : channels;
  const down = isUpsideDown ? -rowBytes : rowBytes;
  const start = (isMirrored ? rowBytes - channels : 0) + (isUpsideDown ? data.length - rowBytes : 0);
  const isOnItsSide = orientation >= 5;
  const [width, height] = isOnItsSide ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const [perColumn, perRow] = isOnItsSide ? [down, toRight] : [toRight, down];
  const result = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    let from = start + y * perRow;
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) result[to + channel] = data[from + channel]!;
      to += channels;
      from += perColumn;
    }
  }
  return { data: result, width, height, channels };
}
