import type { Nearest } from '../pick.js';

/** The pixel under a target pixel's centre, as `tf.image.resize` has it, which computes in 32 bits. */
export const nearest: Nearest = ({ begin, from, to, start, length }) => {
  const step = Math.fround(from / to);
  return Int32Array.from(
    { length },
    (_, at) => begin + Math.min(from - 1, Math.floor(Math.fround((start + at + 0.5) * step))),
  );
};
