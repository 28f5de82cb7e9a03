import type { Area } from './fits/area.js';
import type { Pixels } from './pixels.js';
import type { Size } from './preprocessing-config.js';

/**
 * A picture upright.
 * @param orientation what EXIF says of how it is stored, from 1 to 8 (TIFF 6.0, tag 274): on which side of it the first row and the first column show
 */
export function turned(pixels: Pixels, orientation: number): Pixels {
  if (orientation === 1) return pixels;
  const { data, channels } = pixels;
  const rowBytes = pixels.width * channels;
  const { isMirrored, isUpsideDown, isOnItsSide } = stored(orientation);
  const toRight = isMirrored ? -channels : channels;
  const down = isUpsideDown ? -rowBytes : rowBytes;
  const start = (isMirrored ? rowBytes - channels : 0) + (isUpsideDown ? data.length - rowBytes : 0);
  const { width, height } = turnedSize(pixels, orientation);
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

/** The size of a picture upright, or of one that is upright as it is stored. */
export function turnedSize({ width, height }: Size, orientation: number): Size {
  return stored(orientation).isOnItsSide ? { width: height, height: width } : { width, height };
}

/** Where a part of a picture that is upright lies in it as it is stored. @param size of that */
export function storedArea(shown: Area, size: Size, orientation: number): Area {
  const { isMirrored, isUpsideDown, isOnItsSide } = stored(orientation);
  const { left, top } = isOnItsSide ? { left: shown.top, top: shown.left } : shown;
  const { width, height } = turnedSize(shown, orientation);
  return {
    left: isMirrored ? size.width - left - width : left,
    top: isUpsideDown ? size.height - top - height : top,
    width,
    height,
  };
}

function stored(orientation: number) {
  return {
    isMirrored: [2, 3, 7, 8].includes(orientation),
    isUpsideDown: [3, 4, 6, 7].includes(orientation),
    isOnItsSide: orientation >= 5,
  };
}
