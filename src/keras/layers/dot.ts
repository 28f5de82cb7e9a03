import { type CallSite, inputsOf, type LayerKind } from '../builder/layer-kind.js';
import { expandDims } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { einsum } from './einsum-dense.js';
import { normalised, normalisedOfKeras2 } from './vector-lengths.js';

export const DOT: Readonly<Record<string, LayerKind>> = { Dot: { build: dot } };

const LETTERS = 'bcdefghijklmnopqrstuvwxy';

/** The product of two tensors along an axis of each, for each example. */
function dot(site: CallSite): Tensor {
  const { graph, config, keras } = site;
  const [one, other, another] = inputsOf(site);
  if (!one || !other || another) throw config.unsupported('called with other than two tensors');
  const given = config.integers('axes');
  const axes = [one, other].map((x, index) => {
    const axis = given[index] ?? given[0]!;
    return axis < 0 ? axis + x.rank : axis;
  });
  const [a = 0, b = 0] = axes;
  const fits = a >= 1 && a < one.rank && b >= 1 && b < other.rank && one.shape[a] === other.shape[b];
  if (given.length > 2 || !fits) throw config.malformed('axes', 'dimensions of the same size');
  const unit = (x: Tensor, axis: number): Tensor =>
    keras < 3 ? normalisedOfKeras2(graph, x, [axis]) : normalised(graph, x, [axis], 1e-7);
  const isUnit = config.flag('normalize', false);
  const left = lettersOf(LETTERS, one.rank, a);
  const right = lettersOf(LETTERS.slice(one.rank), other.rank, b);
  const result = (left + right.slice(1)).replaceAll('z', '');
  const product = einsum(
    graph,
    `${left},${right}->${result}`,
    isUnit ? [unit(one, a), unit(other, b)] : [one, other],
  );
  return product.rank === 1 ? expandDims(graph, product, 1) : product;
}

/** `a` for the examples, `z` for the axis along which the product is. */
function lettersOf(free: string, rank: number, axis: number): string {
  return `a${free.slice(0, axis - 1)}z${free.slice(axis - 1, rank - 2)}`;
}
