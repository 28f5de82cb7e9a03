import type { Area } from './fits/area.js';
import type { Size } from './preprocessing-config.js';

/** One axis of a picture: `from` pixels are scaled to `to`, of which `length` from `start` on are wanted. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly length: number;
}

export interface Axes {
  readonly columns: Axis;
  readonly rows: Axis;
}

/** Of a picture that is scaled to `scaled`, of which `shown` is wanted. */
export function axesOf({ width, height }: Size, scaled: Size, shown: Area): Axes {
  return {
    columns: { from: width, to: scaled.width, start: shown.left, length: shown.width },
    rows: { from: height, to: scaled.height, start: shown.top, length: shown.height },
  };
}

/** The pixel of an axis that is nearest to `pixel`, which may lie outside. */
export function inside({ from }: Axis, pixel: number): number {
  return Math.min(from - 1, Math.max(0, pixel));
}
