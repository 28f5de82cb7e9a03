import type { Size } from '../preprocessing-config.js';

/** A part of a picture, in pixels. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** How a picture comes to the model's size: `source` is scaled, `shown` is cut out of that and laid at `at`. */
export interface Fit {
  /**
   * What is scaled: the whole picture, a part of it, or more than it, and then the picture is padded before it is scaled. A part may begin and
   * end within a pixel for Pillow's filters.
   */
  readonly source: Area;
  readonly scaled: Size;
  readonly shown: Area;
  /** Where `shown` begins in the model's size; what it leaves free is padded. */
  readonly at: { readonly left: number; readonly top: number };
}

export const CORNER = { left: 0, top: 0 };

/** All of a picture. */
export function whole({ width, height }: Size): Area {
  return { ...CORNER, width, height };
}
