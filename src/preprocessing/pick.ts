import type { Axes, Axis } from './axis.js';
import type { Pixels } from './pixels.js';

/** For each wanted pixel of an axis the one it is taken from; outside of the picture where that is padded before it is scaled. */
export type Nearest = (axis: Axis) => Int32Array;

/**
 * Takes for each target pixel one of the picture's.
 * @param pad what is around the picture
 */
export function pick(
  { data, width, height, channels }: Pixels,
  { columns, rows }: Axes,
  nearest: Nearest,
  pad: readonly number[],
): Pixels {
  const result = new Uint8Array(columns.length * rows.length * channels);
  const across = nearest(columns);
  let to = 0;
  for (const row of nearest(rows)) {
    const isBeside = row < 0 || row >= height;
    for (const column of across) {
      const isInside = !isBeside && column >= 0 && column < width;
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        result[to + channel] = isInside ? data[from + channel]! : pad[channel]!;
      }
      to += channels;
    }
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}
