import type { Axes } from '../axis.js';
import type { Compiled } from '../compiled/compiled.js';
import { aligned, Layout } from '../compiled/layout.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import type { Pixels } from '../pixels.js';
import { Lines } from './lines.js';

/** The pixels of one axis that a pixel of the result is made of, ascending, and how much each counts. */
export interface Neighbours {
  readonly pixels: readonly number[];
  readonly weights: readonly number[];
}

export interface Passes {
  readonly program: Compiled<TwoPassProgram>;
  /** How large a value of a line is. */
  readonly valueBytes: number;
  /** The last parameters of the program's `across`. */
  readonly columns: readonly ArrayBufferView[];
  /** Per row of the result; all of as many pixels. */
  readonly rows: readonly Neighbours[];
}

/**
 * Scales a picture, columns before rows: each row that is needed once, into a line, and lines into a row of the result. Of the picture one row
 * at a time lies in the program's memory.
 */
export function twoPasses({ data, width, channels }: Pixels, axes: Axes, passes: Passes): Pixels {
  const length = axes.columns.length * channels;
  const layout = new Layout();
  const columns = passes.columns.map((one) => layout.put(one));
  const source = layout.place(width * channels);
  const held = passes.rows[0]!.pixels.map(() => layout.place(aligned(length) * passes.valueBytes));
  const target = layout.place(axes.rows.length * length);
  const result = passes.program.run(layout, (functions, bytes) => {
    const lines = new Lines(held, (row, line) => {
      bytes.set(data.subarray(row * width * channels, (row + 1) * width * channels), source);
      functions[`across${channels}`](source, line, axes.columns.length, ...columns);
    });
    for (const [row, { pixels, weights }] of passes.rows.entries()) {
      functions.down(...lines.of(pixels), target + row * length, length, ...weights);
    }
    return bytes.slice(target, target + axes.rows.length * length);
  });
  return { data: result, width: axes.columns.length, height: axes.rows.length, channels };
}
