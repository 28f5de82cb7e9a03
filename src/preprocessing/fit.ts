import type { Fit } from './fits/area.js';
import { crop } from './fits/crop.js';
import { imageOpsFit, imageOpsPad } from './fits/image-ops.js';
import { kerasCrop, kerasPad } from './fits/keras.js';
import { letterbox } from './fits/letterbox.js';
import { stretch } from './fits/stretch.js';
import { isOfTensorFlow, type PreprocessingPlan } from './plan.js';
import type { Size } from './preprocessing-config.js';

/** How a picture comes to a plan's size, to the pixel as in the library that the way is of. */
export function fit(
  picture: Size,
  target: Size,
  { resize, shortSide, resampling }: Pick<PreprocessingPlan, 'resize' | 'shortSide' | 'resampling'>,
): Fit {
  switch (resize) {
    case 'stretch':
      return stretch(picture, target);
    case 'crop':
      return crop(picture, target, shortSide);
    case 'letterbox':
      return letterbox(picture, target);
    case 'keras-crop':
      return kerasCrop(picture, target, isOfTensorFlow(resampling));
    case 'keras-pad':
      return kerasPad(picture, target);
    case 'fit':
      return imageOpsFit(picture, target);
    case 'pad':
      return imageOpsPad(picture, target);
  }
}
