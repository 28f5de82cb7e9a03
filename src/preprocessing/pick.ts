import type { Axes, Axis } from './axis.js';
import type { Pixels } from './pixels.js';

/** For each wanted pixel of an axis the one it is taken from. */
export type Nearest = (axis: Axis) => Int32Array;

/** Takes for each target pixel one of the picture's. */
export function pick({ data, width, channels }: Pixels, { columns, rows }: Axes, nearest: Nearest): Pixels {
  const result = new Uint8Array(columns.length * rows.length * channels);
  const across = nearest(columns);
  let to = 0;
  for (const row of nearest(rows)) {
    for (const column of across) {
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel += 1) result[to + channel] = data[from + channel]!;
      to += channels;
    }
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}
