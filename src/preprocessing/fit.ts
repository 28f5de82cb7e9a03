import { halfToEven } from './half-to-even.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';

/** A part of a picture, in pixels. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** How a picture comes to the model's size: it is scaled, and `shown` is cut out of that; where that is less than the size, the rest is padded. */
export interface Fit {
  readonly scaled: Size;
  readonly shown: Area;
}

/**
 * `crop` rounds as torchvision's `Resize` and `CenterCrop` do (the long side down, the margin half to even),
 * `letterbox` as TensorFlow's `resize_with_pad` (sides down), except that no side becomes 0.
 */
export function fit(
  picture: Size,
  target: Size,
  { resize, shortSide }: Pick<PreprocessingPlan, 'resize' | 'shortSide'>,
): Fit {
  const frame = shortSide === null ? target : { width: shortSide, height: shortSide };
  const scaled = resize === 'stretch' ? target : scale(picture, frame, resize);
  const width = Math.min(scaled.width, target.width);
  const height = Math.min(scaled.height, target.height);
  return {
    scaled,
    shown: {
      left: halfToEven((scaled.width - width) / 2),
      top: halfToEven((scaled.height - height) / 2),
      width,
      height,
    },
  };
}

/** Keeps the proportions: covers the frame to `crop`, stays inside it to `letterbox`. */
function scale(picture: Size, frame: Size, resize: 'crop' | 'letterbox'): Size {
  const byWidth = {
    width: frame.width,
    height: Math.max(1, Math.floor((picture.height * frame.width) / picture.width)),
  };
  const byHeight = {
    width: Math.max(1, Math.floor((picture.width * frame.height) / picture.height)),
    height: frame.height,
  };
  const wider = picture.width * frame.height >= picture.height * frame.width;
  return wider === (resize === 'crop') ? byHeight : byWidth;
}
