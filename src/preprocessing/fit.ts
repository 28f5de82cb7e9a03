import { CORNER, type Fit, whole } from './fits/area.js';
import { crop } from './fits/crop.js';
import { letterbox } from './fits/letterbox.js';
import type { PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';

/** How a picture comes to a plan's size, to the pixel as in the library that the way is of. */
export function fit(
  picture: Size,
  target: Size,
  { resize, shortSide }: Pick<PreprocessingPlan, 'resize' | 'shortSide'>,
): Fit {
  switch (resize) {
    case 'stretch':
      return { source: whole(picture), scaled: target, shown: whole(target), at: CORNER };
    case 'crop':
      return crop(picture, target, shortSide);
    case 'letterbox':
      return letterbox(picture, target);
  }
}
