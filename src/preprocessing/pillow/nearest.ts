import type { Nearest } from '../pick.js';

/**
 * The pixel under a target pixel's centre, as Pillow's `NEAREST` (Keras's default) has it. Steps are added up, not multiplied: where a centre
 * falls between two pixels the sum's rounding decides.
 */
export const nearest: Nearest = ({ pixels, begin, from, to, start, length }) => {
  const step = from / to;
  const result = new Int32Array(length);
  let position = begin + step / 2;
  for (let output = 0; output < start + length; output += 1) {
    if (output >= start) result[output - start] = Math.min(pixels - 1, Math.floor(position));
    position += step;
  }
  return result;
};
