import type { Nearest } from '../pick.js';

/** The pixel at a target pixel's upper left corner, as OpenCV's `INTER_NEAREST` has it. */
export const nearest: Nearest = ({ begin, from, to, start, length }) => {
  const step = 1 / (to / from);
  return Int32Array.from({ length }, (_, at) => begin + Math.min(from - 1, Math.floor((start + at) * step)));
};
