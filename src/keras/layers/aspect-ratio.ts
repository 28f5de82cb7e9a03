import type { CallSite } from '../builder/layer-kind.js';
import { INT32 } from '../builder/scope.js';
import { type AxisSlice, stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import type { Pair } from './windows.js';

/** Images as Keras brings them to the proportions of a target before it resizes them: sizes in float32, cut to whole numbers. */

/** The largest middle of the target's proportions. */
export function cropToAspectRatio(site: CallSite, x: Tensor, target: Pair): Tensor {
  const [height, width] = sizeOf(site, x);
  const cropHeight = Math.max(1, Math.min(height, scaled(width, target[0], target[1])));
  const cropWidth = Math.max(1, Math.min(width, scaled(height, target[1], target[0])));
  if (cropHeight === height && cropWidth === width) return x;
  const slices = [WHOLE_AXIS, middle(height, cropHeight), middle(width, cropWidth), WHOLE_AXIS];
  return stridedSlice(site.graph, x, slices);
}

/** With as much of one value on both sides as makes the target's proportions, less a row or column where that is odd. */
export function padToAspectRatio(site: CallSite, x: Tensor, target: Pair): Tensor {
  const { graph, config } = site;
  if ((config.raw('fill_mode') ?? 'constant') !== 'constant')
    throw config.malformed('fill_mode', '"constant", the only one that Keras has');
  const [height, width] = sizeOf(site, x);
  const rows = Math.trunc((Math.max(height, scaled(width, target[0], target[1])) - height) / 2);
  const columns = Math.trunc((Math.max(width, scaled(height, target[1], target[0])) - width) / 2);
  if (rows === 0 && columns === 0) return x;
  const paddings = graph.matrix('paddings', [
    [0, 0],
    [rows, rows],
    [columns, columns],
    [0, 0],
  ]);
  const shape = [x.shape[0]!, height + 2 * rows, width + 2 * columns, x.shape[3]!];
  return graph.op('PadV2', [x, paddings, graph.scalar(config.number('fill_value', 0))], shape, {
    Tpaddings: INT32,
  });
}

/** As many rows or columns in the middle. */
export function middle(size: number, length: number): AxisSlice {
  const begin = Math.trunc((size - length) / 2);
  return { begin, end: begin + length, step: 1, drop: false };
}

function scaled(size: number, by: number, over: number): number {
  return Math.trunc(Math.fround(Math.fround(size * by) / over));
}

function sizeOf({ config }: CallSite, { shape: [, height, width] }: Tensor): Pair {
  if (typeof height !== 'number' || typeof width !== 'number')
    throw config.unsupported('that keeps proportions, called with images of unknown size');
  return [height, width];
}
