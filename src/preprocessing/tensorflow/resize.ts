import type { Axes } from '../axis.js';
import type { Pixels } from '../decode.js';
import { type Filter, type Spans, spansOf } from './spans.js';

/**
 * Scales a picture as `tf.image.resize` does, whose results are fractions: within 0.001 of it, for values from 0 to 255. TensorFlow rounds to float32 after
 * every step, here sums are float64 and rounded once. Alpha is a channel like the others. Blocks its thread.
 */
export function resizeAsTensorFlow(
  { data, width, channels }: Pixels,
  { columns, rows }: Axes,
  filter: Filter,
  antialias: boolean,
): Pixels<Float32Array> {
  const across = spansOf(columns, filter, antialias);
  const down = spansOf(rows, filter, antialias);
  const { begin, end } = reachOf(across);
  const line = new Float64Array((end - begin) * channels);
  const result = new Float32Array(columns.length * rows.length * channels);
  for (let row = 0; row < rows.length; row += 1) {
    line.fill(0);
    for (let tap = 0; tap < down.count[row]!; tap += 1) {
      const weight = down.weights[row * down.stride + tap]!;
      const from = ((down.first[row]! + tap) * width + begin) * channels;
      for (let at = 0; at < line.length; at += 1) line[at]! += weight * data[from + at]!;
    }
    gatherLine(line, across, begin, channels, result, row * columns.length * channels);
  }
  return { data: result, width: columns.length, height: rows.length, channels };
}

/** The pixels of an axis that are used, `end` not included. */
function reachOf({ first, count }: Spans): { readonly begin: number; readonly end: number } {
  let begin = Infinity;
  let end = 0;
  for (const [output, pixel] of first.entries()) {
    begin = Math.min(begin, pixel);
    end = Math.max(end, pixel + count[output]!);
  }
  return { begin, end };
}

/** @param line of pixels from `begin` on */
function gatherLine(
  line: Float64Array,
  { first, count, weights, stride }: Spans,
  begin: number,
  channels: number,
  result: Float32Array,
  to: number,
): void {
  for (let output = 0; output < first.length; output += 1) {
    const from = (first[output]! - begin) * channels;
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      for (let tap = 0; tap < count[output]!; tap += 1) {
        sum += weights[output * stride + tap]! * line[from + tap * channels + channel]!;
      }
      result[to + output * channels + channel] = sum;
    }
  }
}
