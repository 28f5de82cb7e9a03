import type { Size } from '../preprocessing-config.js';
import { type Area, CORNER, type Fit, whole } from './area.js';

/** A part of a picture, or all of it, brought to the target whatever its proportions. */
export function stretch(picture: Size, target: Size, source: Area = whole(picture)): Fit {
  return { source, scaled: target, shown: whole(target), at: CORNER };
}
