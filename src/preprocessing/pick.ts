import type { Pixels } from './decode.js';
import type { Area } from './fit.js';
import type { Size } from './preprocessing-config.js';

/** Takes for each target pixel the one under its centre, to the bit as Pillow's `NEAREST` (Keras's default) does. */
export function pick({ data, width, height, channels }: Pixels, scaled: Size, shown: Area): Pixels {
  const result = new Uint8Array(shown.width * shown.height * channels);
  const columns = nearest(width, scaled.width, shown.left, shown.width);
  let to = 0;
  for (const row of nearest(height, scaled.height, shown.top, shown.height)) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        result[to + channel] = data[from + channel] ?? 0;
      to += channels;
    }
  }
  return { data: result, width: shown.width, height: shown.height, channels };
}

/** Steps are added up, not multiplied: where a centre falls between two pixels the sum's rounding decides. */
function nearest(from: number, to: number, start: number, length: number): Int32Array {
  const step = from / to;
  const result = new Int32Array(length);
  let position = step / 2;
  for (let output = 0; output < start + length; output += 1) {
    if (output >= start) result[output - start] = Math.min(from - 1, Math.floor(position));
    position += step;
  }
  return result;
}
