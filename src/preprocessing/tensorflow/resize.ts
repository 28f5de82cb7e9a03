import type { Axes } from '../axis.js';
import { Compiled } from '../compiled/compiled.js';
import { aligned, Layout, SLACK } from '../compiled/layout.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import type { Pixels } from '../pixels.js';
import { keepLast } from '../keep-last.js';
import { usedRows } from '../used-rows.js';
import { PROGRAM } from './resize.wasm.js';
import { type Filter, type Spans, spansOf } from './spans.js';

/**
 * Scales a picture as `tf.image.resize` does, whose results are fractions: within 0.001 of it, for values from 0 to 255. TensorFlow rounds to float32 after
 * every step, here sums are float64, of columns and then of rows, and each is rounded once. Alpha is a channel like the others. Blocks its thread.
 * @param pad what is around a picture that is padded before it is scaled
 */
export function resizeAsTensorFlow(
  pixels: Pixels,
  { columns, rows }: Axes,
  filter: Filter,
  antialias: boolean,
  pad: readonly number[],
): Pixels<Float32Array> {
  const { channels } = pixels;
  const across = keptSpansOf(columns, filter, antialias);
  const down = keptSpansOf(rows, filter, antialias);
  const length = columns.length * channels;
  const result = new Float32Array(rows.length * length);
  const most = Math.floor(STRIP_BYTES / (length * FLOAT_BYTES));
  for (let row = 0; row < rows.length;) {
    const strip = stripOf(down, row, most);
    resizeStrip(pixels, across, strip, result.subarray(row * length));
    row += strip.first.length;
  }
  if (pad.some((value) => value > 0)) addOutside(result, across.outside, down.outside, pad);
  return { data: result, width: columns.length, height: rows.length, channels };
}

/** Weights add up to 1, so that what is not of the picture is of the padding. */
function addOutside(
  result: Float32Array,
  across: Float64Array,
  down: Float64Array,
  pad: readonly number[],
): void {
  let to = 0;
  for (const below of down) {
    for (const beside of across) {
      const share = below + (1 - below) * beside;
      for (const value of pad) {
        if (share !== 0) result[to]! += share * value;
        to += 1;
      }
    }
  }
}

const keptSpansOf = keepLast(spansOf);

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Of the memory for a strip: its rows, and the rows of the picture that they are made of, once they have its width. */
const STRIP_BYTES = 8 * 2 ** 20;
/** What of the picture is in memory at a time; the processor's cache can hold it. */
const BAND_BYTES = 256 * 2 ** 10;

type Strip = Omit<Spans, 'outside'>;

/** The next rows of a result, from `begin` on, that take together not `most` rows, or a single one. */
function stripOf({ first, count, weights, stride }: Spans, begin: number, most: number): Strip {
  let end = begin + 1;
  while (end < first.length && first[end]! + count[end]! - first[begin]! + end - begin < most) end += 1;
  return {
    first: first.subarray(begin, end),
    count: count.subarray(begin, end),
    weights: weights.subarray(begin * stride, end * stride),
    stride,
  };
}

const program = new Compiled<TwoPassProgram>(PROGRAM);

/** @param result gets the rows of `down`, from its beginning on */
function resizeStrip(
  { data, width, height, channels }: Pixels,
  across: Strip,
  down: Strip,
  result: Float32Array,
): void {
  const [outputs, outputRows] = [across.first.length, down.first.length];
  const rowBytes = width * channels;
  const bandRows = Math.max(1, Math.floor(BAND_BYTES / rowBytes));
  const { bands, below, count } = usedRows(down, height, bandRows);
  const length = outputs * channels;
  const stride = aligned(length * FLOAT_BYTES + SLACK);

  const layout = new Layout();
  const acrossAt = placeSpans(layout, across);
  const downAt = placeSpans(layout, { ...down, first: below });
  const band = layout.place(bandRows * rowBytes);
  const middle = layout.place((count + 1) * stride);
  const target = layout.place(outputRows * length * FLOAT_BYTES + SLACK);

  program.run(layout, (functions, bytes) => {
    for (const { row, place, rows } of bands) {
      bytes.set(data.subarray(row * rowBytes, (row + rows) * rowBytes), band);
      const to = middle + place * stride;
      functions[`across${channels}`](band, rowBytes, to, stride, rows, outputs, ...acrossAt);
    }
    functions.down(middle, stride, target, length, outputRows, ...downAt);
    result.set(new Float32Array(bytes.buffer, target, outputRows * length));
  });
}

/** As the last parameters of the program's functions. */
function placeSpans(layout: Layout, { first, count, weights, stride }: Strip): readonly number[] {
  return [layout.put(first), layout.put(count), layout.put(weights), stride];
}
