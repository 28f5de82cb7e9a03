import { binary, times, unary } from '../builder/arithmetic.js';
import type { CallSite, LayerKind, LayerWeights, Value } from '../builder/layer-kind.js';
import { reshape } from '../builder/shaping.js';
import { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import { masked } from './attention-masks.js';
import { einsum } from './einsum-dense.js';
import { softmax } from './softmax.js';

export const ATTENTION: Readonly<Record<string, LayerKind>> = {
  MultiHeadAttention: { weights: attentionWeights, build: multiHeadAttention },
  // A .keras calls it by its public name, and a .h5 by its class.
  GroupedQueryAttention: { weights: attentionWeights, build: groupedQueryAttention },
  GroupQueryAttention: { weights: attentionWeights, build: groupedQueryAttention },
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The projections, in the order in which Keras makes them. */
function partsOf(config: LayerConfig): string[] {
  return ['query', 'key', ...(config.flag('use_gate', false) ? ['gate'] : []), 'value', 'output'];
}

function attentionWeights(config: LayerConfig): LayerWeights {
  const names = config.flag('use_bias', true) ? ['kernel', 'bias'] : ['kernel'];
  const parts = partsOf(config);
  return {
    trained: parts.flatMap((part) => names.map((name) => `${part}_${name}`)),
    parts: parts.map((part) => `${part}_dense`),
  };
}

function same(sizes: readonly number[]): { saved: readonly number[]; used: readonly number[] } {
  return { saved: sizes, used: sizes };
}

interface Given {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

function givenTo({ args, kwargs, config }: CallSite): Given {
  const argument = (place: number, name: string): Value | undefined => kwargs[name] ?? args[place];
  const query = argument(0, 'query');
  const value = argument(1, 'value');
  const key = argument(2, 'key') ?? value;
  if (!(query instanceof Tensor) || !(value instanceof Tensor) || !(key instanceof Tensor))
    throw config.unsupported('called with other than tensors');
  return { query, key, value };
}

/** A product with a kernel and, if there is one, a bias. `last` are the sizes that the equation's result ends with. */
function project(
  site: CallSite,
  part: string,
  equation: string,
  x: Tensor,
  kernel: { readonly saved: readonly number[]; readonly used: readonly number[] },
  bias: { readonly saved: readonly number[]; readonly used: readonly number[] },
): Tensor {
  const constant = (name: string, { saved, used }: typeof kernel): Tensor =>
    site.derived(`${part}_${name}`, used, () => site.values(`${part}_${name}`, saved));
  const product = einsum(site.graph, equation, [x, constant('kernel', kernel)]);
  if (!site.config.flag('use_bias', true)) return product;
  return binary(site.graph, 'AddV2', product, constant('bias', bias));
}

function multiHeadAttention(site: CallSite): readonly Tensor[] {
  const { graph, config } = site;
  const { query, key, value } = givenTo(site);
  const heads = config.size('num_heads');
  const keySize = config.size('key_dim');
  const valueSize = config.raw('value_dim') === null ? keySize : config.size('value_dim', keySize);
  const toHeads = (part: string, x: Tensor, size: number): Tensor => {
    const free = LETTERS.slice(0, x.rank - 1);
    const shape = [widthOf(config, x), heads, size];
    return project(site, part, `${free}z,zyx->${free}yx`, x, same(shape), same(shape.slice(1)));
  };
  const q = times(graph, toHeads('query', query, keySize), 1 / Math.sqrt(keySize));
  const k = toHeads('key', key, keySize);
  const v = toHeads('value', value, valueSize);
  const { dot, combine, attended } = equationsOf(config, q.rank);
  const scores = masked(site, einsum(graph, dot, [k, q]), attended);
  const probabilities = softmaxOfLast(site, scores, attended);
  const combined = einsum(graph, combine, [probabilities, v]);
  const gated = config.flag('use_gate', false)
    ? binary(graph, 'Mul', combined, unary(graph, 'Sigmoid', toHeads('gate', query, valueSize)))
    : combined;
  const own = config.raw('output_shape');
  const width =
    own === null || own === undefined ? [widthOf(config, query)] : config.integers('output_shape');
  const free = LETTERS.slice(0, query.rank - 1);
  const last = LETTERS.slice(query.rank - 1, query.rank - 1 + width.length);
  const kernel = [heads, valueSize, ...width];
  const output = project(
    site,
    'output',
    `${free}yx,yx${last}->${free}${last}`,
    gated,
    { saved: kernel, used: kernel },
    { saved: width, used: width },
  );
  return [output, probabilities];
}

/** As Keras names the dimensions: of key and query, of the scores and the value, and how many the scores' softmax is over. */
function equationsOf(config: LayerConfig, rank: number): { dot: string; combine: string; attended: number } {
  const given = config.raw('attention_axes');
  const axes =
    given === null || given === undefined
      ? Array.from({ length: rank - 3 }, (_, index) => index + 1)
      : config.integers('attention_axes').map((axis) => (axis < 0 ? rank - 1 + axis : axis));
  if (axes.length === 0 || axes.some((axis) => axis < 1 || axis > rank - 3))
    throw config.malformed('attention_axes', 'axes of its input');
  const target = LETTERS.slice(0, rank);
  const source = [...target]
    .map((letter, axis) => (axes.includes(axis) ? LETTERS[rank + axis]! : letter))
    .join('');
  const batch = [...target].filter((_, axis) => !axes.includes(axis) && axis !== rank - 1).join('');
  const product =
    batch + axes.map((axis) => target[axis]).join('') + axes.map((axis) => source[axis]).join('');
  return {
    dot: `${source},${target}->${product}`,
    combine: `${product},${source}->${target}`,
    attended: axes.length,
  };
}

/** Heads of the query share those of key and value, `repeats` each, which are never written out. */
function groupedQueryAttention(site: CallSite): readonly Tensor[] {
  const { graph, config } = site;
  const { query, key, value } = givenTo(site);
  if (query.rank !== 3) throw config.unsupported('called with other than sequences');
  const size = config.size('head_dim');
  const heads = config.size('num_query_heads');
  const shared = config.size('num_key_value_heads');
  const repeats = heads / shared;
  if (!Number.isInteger(repeats)) throw config.malformed('num_query_heads', `a multiple of ${shared}`);
  const width = widthOf(config, query);
  const ofQuery = (part: string): Tensor =>
    project(
      site,
      part,
      'bqm,mvrh->bqvrh',
      query,
      { saved: [width, heads, size], used: [width, shared, repeats, size] },
      { saved: [heads, size], used: [shared, repeats, size] },
    );
  const ofShared = (part: string, x: Tensor): Tensor => {
    const kernel = [widthOf(config, x), shared, size];
    const bias = kernel.slice(1);
    return project(
      site,
      part,
      'bkm,mvh->bkvh',
      x,
      { saved: kernel, used: kernel },
      { saved: bias, used: bias },
    );
  };
  const q = times(graph, ofQuery('query'), 1 / Math.sqrt(size));
  const k = ofShared('key', key);
  const v = ofShared('value', value);
  const raw = einsum(graph, 'bqvrh,bkvh->bvrqk', [q, k]);
  const probabilities = softmaxOfLast(site, masked(site, raw, 1), 1);
  const combined = einsum(graph, 'bvrqk,bkvh->bqvrh', [probabilities, v]);
  const gated = config.flag('use_gate', false)
    ? binary(graph, 'Mul', combined, unary(graph, 'Sigmoid', ofQuery('gate')))
    : combined;
  const output = project(
    site,
    'output',
    'bqvrh,vrhm->bqm',
    gated,
    { saved: [heads, size, width], used: [shared, repeats, size, width] },
    { saved: [width], used: [width] },
  );
  const [, , , rows, columns] = probabilities.shape;
  if (typeof rows !== 'number' || typeof columns !== 'number') return [output];
  return [output, reshape(graph, probabilities, [null, heads, rows, columns])];
}

/** Over the last axes together. */
function softmaxOfLast({ graph }: CallSite, x: Tensor, count: number): Tensor {
  return softmax(
    graph,
    x,
    Array.from({ length: count }, (_, index) => x.rank - count + index),
  );
}

function widthOf(config: LayerConfig, x: Tensor): number {
  const width = x.shape.at(-1);
  if (typeof width !== 'number') throw config.unsupported('called with a tensor of unknown size');
  return width;
}
