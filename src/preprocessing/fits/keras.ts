import type { Size } from '../preprocessing-config.js';
import type { Fit } from './area.js';
import { stretch } from './stretch.js';

const { floor, fround, max, min } = Math;

/** How long one side is when the other has the target's proportions to it, rounded down. */
type Proportional = (other: number, target: number, otherTarget: number) => number;

/** In float32, as Keras has TensorFlow compute it: beyond 2 ** 24 that shows. */
const inFloats: Proportional = (other, target, otherTarget) =>
  floor(fround(fround(other * target) / otherTarget));

/** As Keras's `load_img` does, which takes Pillow. */
const inWhole: Proportional = (other, target, otherTarget) => floor((other * target) / otherTarget);

/**
 * The largest part in the middle that has the target's proportions, which is scaled then: Keras's `crop_to_aspect_ratio`, and the `keep_aspect_ratio`
 * of its `load_img`.
 * @param byTensorFlow whether that scales
 */
export function kerasCrop(picture: Size, target: Size, byTensorFlow: boolean): Fit {
  const side = byTensorFlow ? inFloats : inWhole;
  const width = max(1, min(picture.width, side(picture.height, target.width, target.height)));
  const height = max(1, min(picture.height, side(picture.width, target.height, target.width)));
  const [left, top] = [half(picture.width - width), half(picture.height - height)];
  return stretch(picture, target, { left, top, width, height });
}

/**
 * The picture padded to the target's proportions, which is scaled then: `pad_to_aspect_ratio` of the layer `Resizing` and
 * of `keras.ops.image.resize`.
 */
export function kerasPad(picture: Size, target: Size): Fit {
  const { width, height } = picture;
  const across = half(max(width, inFloats(height, target.width, target.height)) - width);
  const down = half(max(height, inFloats(width, target.height, target.width)) - height);
  // As much on both sides: where an odd number is missing, one goes on missing.
  const source = { left: 0 - across, top: 0 - down, width: width + 2 * across, height: height + 2 * down };
  return stretch(picture, target, source);
}

function half(length: number): number {
  return floor(length / 2);
}
