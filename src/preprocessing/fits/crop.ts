import { halfToEven } from '../half-to-even.js';
import type { Size } from '../preprocessing-config.js';
import { CORNER, type Fit, whole } from './area.js';

/**
 * Of the scaled picture the centre, rounded as torchvision's `Resize` and `CenterCrop` do: the long side down, the margin half to even.
 * @param shortSide `null`: such that the picture just covers the target
 */
export function crop(picture: Size, target: Size, shortSide: number | null): Fit {
  const scaled = cover(picture, shortSide === null ? target : { width: shortSide, height: shortSide });
  const { width, height } = target;
  const left = halfToEven((scaled.width - width) / 2);
  const top = halfToEven((scaled.height - height) / 2);
  return { source: whole(picture), scaled, shown: { left, top, width, height }, at: CORNER };
}

function cover(picture: Size, frame: Size): Size {
  const isWider = picture.width * frame.height >= picture.height * frame.width;
  return isWider
    ? { width: Math.floor((picture.width * frame.height) / picture.height), height: frame.height }
    : { width: frame.width, height: Math.floor((picture.height * frame.width) / picture.width) };
}
