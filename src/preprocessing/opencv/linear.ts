import { type Axes, type Axis, inside } from '../axis.js';
import { Compiled } from '../compiled/compiled.js';
import type { TwoPassProgram } from '../compiled/two-pass-program.js';
import type { Pixels } from '../pixels.js';
import { halfToEven } from '../half-to-even.js';
import { PROGRAM } from './linear.wasm.js';
import { type Neighbours, twoPasses } from './two-passes.js';

const program = new Compiled<TwoPassProgram>(PROGRAM);

/**
 * Bytes by `INTER_LINEAR`, to the bit as OpenCV's `resize` makes them: in whole numbers, columns before rows. Each channel by itself, alpha too.
 * @param asArea `INTER_AREA` where it enlarges: pixels keep their edges, and only between two of them is something in between
 */
export function linear(pixels: Pixels, axes: Axes, asArea = false): Pixels {
  const across = neighbours(axes.columns, asArea).map(wholeAtEdge);
  return twoPasses(pixels, axes, {
    program,
    valueBytes: Int16Array.BYTES_PER_ELEMENT,
    columns: [
      // The second pixel is the one behind; at an edge it counts nothing.
      Int32Array.from(across, (one) => one.pixels[0]! * pixels.channels),
      Int16Array.from(across.flatMap(({ weights }) => weights)),
    ],
    rows: neighbours(axes.rows, asArea),
  });
}

/** Weights have so many bits behind the point. */
const UNIT = 2 ** 11;

const { fround } = Math;

/** Two pixels next to each other, or twice the one at an edge. */
function neighbours(axis: Axis, asArea: boolean): Neighbours[] {
  const { begin, from, to, start, length } = axis;
  const ratio = to / from;
  const scale = 1 / ratio;
  return Array.from({ length }, (_, at) => {
    const [pixel, share] = asArea ? areaPosition(start + at, scale, ratio) : position(start + at, scale);
    return {
      pixels: [begin + inside(axis, pixel), begin + inside(axis, pixel + 1)],
      weights: [halfToEven(fround(fround(1 - share) * UNIT)), halfToEven(fround(share * UNIT))],
    };
  });
}

/** Of columns the one at an edge counts whole. Of rows it is weighed with itself, which loses some bits. */
function wholeAtEdge({ pixels, weights }: Neighbours): Neighbours {
  return pixels[0] === pixels[1] ? { pixels, weights: [UNIT, 0] } : { pixels, weights };
}

function position(output: number, scale: number): readonly [pixel: number, share: number] {
  const at = fround((output + 0.5) * scale - 0.5);
  return [Math.floor(at), fround(at - Math.floor(at))];
}

function areaPosition(output: number, scale: number, ratio: number): readonly [pixel: number, share: number] {
  const pixel = Math.floor(output * scale);
  const share = fround(output + 1 - (pixel + 1) * ratio);
  return [pixel, share <= 0 ? 0 : fround(share - Math.floor(share))];
}
