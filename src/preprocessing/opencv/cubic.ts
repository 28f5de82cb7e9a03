import { type Axes, type Axis, inside } from '../axis.js';
import { Compiled } from '../compiled/compiled.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import type { Pixels } from '../pixels.js';
import { cubicConvolution } from '../kernel.js';
import { PROGRAM } from './cubic.wasm.js';
import { type Neighbours, twoPasses } from './two-passes.js';

const program = new Compiled<TwoPassProgram>(PROGRAM);

/**
 * Bytes by `INTER_CUBIC` as the `resize` of OpenCV's wheels for x86-64 makes them, with weights that are fractions (those of a build without Intel's
 * IPP have eleven bits): to the bit but where what is rounded is a half. Each channel by itself, alpha too.
 */
export function cubic(pixels: Pixels, axes: Axes): Pixels {
  const across = neighbours(axes.columns);
  return twoPasses(pixels, axes, {
    program,
    valueBytes: Float32Array.BYTES_PER_ELEMENT,
    columns: [
      Int32Array.from(across.flatMap((one) => one.pixels.map((pixel) => pixel * pixels.channels))),
      Float64Array.from(across.flatMap(({ weights }) => weights)),
    ],
    rows: neighbours(axes.rows),
  });
}

const weight = cubicConvolution(-0.75);

/** Four pixels next to each other, those beyond an edge being the one at it. */
function neighbours(axis: Axis): Neighbours[] {
  const { begin, from, to, start, length } = axis;
  const scale = from / to;
  return Array.from({ length }, (_, index) => {
    const at = (start + index + 0.5) * scale - 0.5;
    const pixel = Math.floor(at);
    const share = at - pixel;
    return {
      pixels: [pixel - 1, pixel, pixel + 1, pixel + 2].map((one) => begin + inside(axis, one)),
      weights: [weight(1 + share), weight(share), weight(1 - share), weight(2 - share)],
    };
  });
}
