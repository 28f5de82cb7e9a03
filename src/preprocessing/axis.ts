import type { Fit } from './fits/area.js';
import type { Size } from './preprocessing-config.js';

/** One axis of a picture of `pixels`: `from` of them, beginning at `begin`, are scaled to `to`, of which `length` from `start` on are wanted. */
export interface Axis {
  readonly pixels: number;
  /** Below 0 where the picture is padded before it is scaled; a fraction only for Pillow. */
  readonly begin: number;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly length: number;
}

export interface Axes {
  readonly columns: Axis;
  readonly rows: Axis;
}

/** What is scaled of a picture, and what is wanted of that. */
export type Scaling = Pick<Fit, 'source' | 'scaled' | 'shown'>;

export function axesOf({ width, height }: Size, { source, scaled, shown }: Scaling): Axes {
  return {
    columns: {
      pixels: width,
      begin: source.left,
      from: source.width,
      to: scaled.width,
      start: shown.left,
      length: shown.width,
    },
    rows: {
      pixels: height,
      begin: source.top,
      from: source.height,
      to: scaled.height,
      start: shown.top,
      length: shown.height,
    },
  };
}

/** The pixel of the part of an axis that is scaled which is nearest to the part's `pixel`; that may lie outside. */
export function inside({ from }: Axis, pixel: number): number {
  return Math.min(from - 1, Math.max(0, pixel));
}
