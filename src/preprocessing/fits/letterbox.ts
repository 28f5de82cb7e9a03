import type { Size } from '../preprocessing-config.js';
import { type Fit, whole } from './area.js';

const { floor, fround, max } = Math;

/**
 * The whole picture inside the target, to the pixel as TensorFlow's `resize_with_pad` lays it, in float32: sides are rounded down, margins come from
 * the sides as they were before. Unlike there no side becomes 0.
 */
export function letterbox(picture: Size, target: Size): Fit {
  const ratio = max(fround(picture.width / target.width), fround(picture.height / target.height));
  const sides = { width: fround(picture.width / ratio), height: fround(picture.height / ratio) };
  const scaled = { width: max(1, floor(sides.width)), height: max(1, floor(sides.height)) };
  const margin = (length: number, side: number) => max(0, floor(fround(length - side) / 2));
  const at = { left: margin(target.width, sides.width), top: margin(target.height, sides.height) };
  return { source: whole(picture), scaled, shown: whole(scaled), at };
}
