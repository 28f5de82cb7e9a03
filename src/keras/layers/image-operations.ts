import { binary } from '../builder/arithmetic.js';
import { type CallSite, imageOf } from '../builder/layer-kind.js';
import { pad, reduce } from '../builder/shaping.js';
import { stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import { convolve, convolveDepthwise } from './convolution.js';
import { operand } from './operands.js';
import { poolOf } from './pooling.js';
import type { Pair, Window } from './windows.js';

type Image = Tensor & { readonly channels: number };

/** Functions of images, all of whose settings Keras 3 keeps in the config. */
export const IMAGE_OPERATIONS: Readonly<Record<string, (site: CallSite) => Tensor>> = {
  Conv: (site) => {
    const [x, kernel] = [image(site), kernelOf(site, 1)];
    if (kernel.shape[2] !== x.channels) throw site.config.unsupported('with groups of channels');
    return convolve(site, x, kernel, windowOf(site, kernel));
  },
  DepthwiseConv: (site) => {
    const kernel = kernelOf(site, 1);
    return convolveDepthwise(site, image(site), kernel, windowOf(site, kernel));
  },
  SeparableConv: (site) => {
    const [x, spread, mixed] = [image(site), kernelOf(site, 1), kernelOf(site, 2)];
    const each = convolveDepthwise(site, x, spread, windowOf(site, spread));
    const pointwise: Window = { size: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'VALID' };
    return convolve(site, each, mixed, pointwise);
  },
  MaxPool: (site) => poolOf(site, 'MaxPool', image(site), poolWindow(site)),
  AveragePool: (site) => poolOf(site, 'AvgPool', image(site), poolWindow(site)),
  PadImages: (site) => {
    const x = image(site);
    const [rows, columns] = margins(site, x, 'padding');
    return pad(site.graph, x, [[0, 0], rows, columns, [0, 0]]);
  },
  CropImages: (site) => {
    const x = image(site);
    const parts = margins(site, x, 'cropping').map(([before, after]) => ({
      begin: before,
      end: after === 0 ? null : -after,
      step: 1,
      drop: false,
    }));
    return stridedSlice(site.graph, x, [WHOLE_AXIS, ...parts, WHOLE_AXIS]);
  },
  RGBToGrayscale: ({ graph, ...site }) => {
    const x = image({ graph, ...site });
    if (x.channels === 1) return x;
    if (x.channels !== 3) throw site.config.unsupported('called with other than colours');
    const weights = graph.floats('weights', [3], Float32Array.of(0.2989, 0.587, 0.114));
    return reduce(graph, 'Sum', binary(graph, 'Mul', x, weights), [3], true);
  },
};

function image(site: CallSite): Image {
  return imageOf({ ...site, args: site.args.slice(0, 1) });
}

function kernelOf(site: CallSite, place: number): Tensor {
  const kernel = operand(site, place, 'kernel');
  if (kernel.rank !== 4 || kernel.shape.includes(null))
    throw site.config.unsupported('called with other than a constant kernel');
  return kernel;
}

function windowOf({ config }: CallSite, { shape }: Tensor): Window {
  return {
    size: [shape[0]!, shape[1]!],
    strides: config.sizes('strides', 1),
    dilations: config.sizes('dilation_rate', 1),
    padding: config.padding(),
  };
}

function poolWindow({ config }: CallSite): Window {
  const size = config.sizes('pool_size');
  const strides = config.raw('strides') === null ? size : config.sizes('strides');
  return { size, strides, dilations: [1, 1], padding: config.padding() };
}

/** Pixels before and after, of height and width; the target's size tells what is left out. */
function margins({ config }: CallSite, x: Tensor, what: 'padding' | 'cropping'): readonly [Pair, Pair] {
  const given = (key: string): number | null => {
    const value = config.raw(key) ?? null;
    if (value !== null && !Number.isInteger(value)) throw config.malformed(key, 'a number of pixels');
    return value as number | null;
  };
  const [rows, columns] = [
    ['top', 'bottom', 'height'],
    ['left', 'right', 'width'],
  ].map(([first, last, target], index): Pair => {
    const [before, after] = [given(`${first}_${what}`), given(`${last}_${what}`)];
    const size = x.shape[index + 1] ?? null;
    const goal = given(`target_${target}`);
    const total = size === null || goal === null ? null : Math.abs(goal - size);
    const missing = (other: number | null): number => (total === null || other === null ? -1 : total - other);
    const pair: Pair = [before ?? missing(after), after ?? missing(before)];
    const isTooMuch = what === 'cropping' && size !== null && pair[0] + pair[1] >= size;
    if (pair.some((pixels) => pixels < 0 || pixels > 2 ** 16) || isTooMuch)
      throw config.unsupported(`with such a ${what}`);
    return pair;
  });
  return [rows!, columns!];
}
