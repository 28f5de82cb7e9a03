import { binary, unary } from '../builder/arithmetic.js';
import { type CallSite, inputsOf, type LayerKind, type LayerWeights } from '../builder/layer-kind.js';
import { expandDims, reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import { masked } from './attention-masks.js';
import { einsum } from './einsum-dense.js';
import { softmax } from './softmax.js';

/** Attention without heads or projections: Luong's, and Bahdanau's, which adds up. */
export const SEQUENCE_ATTENTION: Readonly<Record<string, LayerKind>> = {
  Attention: { weights: weightsOfAttention, build: (site) => attend(site, scoresOf) },
  AdditiveAttention: {
    weights: (config) => ({ trained: config.flag('use_scale', true) ? ['scale'] : [] }),
    build: (site) => attend(site, additiveScores),
  },
};

const FREE = 'abcdefgh';

function isConcat(config: LayerConfig): boolean {
  const mode = config.text('score_mode', 'dot');
  if (mode !== 'dot' && mode !== 'concat') throw config.malformed('score_mode', 'dot or concat');
  return mode === 'concat';
}

function weightsOfAttention(config: LayerConfig): LayerWeights {
  const scale = config.flag('use_scale', false) ? ['scale'] : [];
  return { trained: isConcat(config) ? [...scale, 'concat_score_weight'] : scale };
}

type Scores = (site: CallSite, query: Tensor, key: Tensor) => Tensor;

/** Of query, value and, if it is another, key. */
function attend(site: CallSite, scoresBetween: Scores): readonly Tensor[] {
  const { graph, config, args, kwargs } = site;
  if ((args[1] ?? kwargs['mask'] ?? null) !== null) throw config.unsupported('with a mask');
  const [query, value, key = value] = inputsOf({ ...site, args: args.slice(0, 1) });
  if (!query || !value || !key || query.rank < 3 || value.rank !== query.rank || key.rank !== query.rank)
    throw config.unsupported('called with other than sequences of the same rank');
  const scores = masked(site, scoresBetween(site, query, key), 1);
  const probabilities = softmax(graph, scores, [scores.rank - 1]);
  const free = FREE.slice(0, query.rank - 2);
  return [einsum(graph, `${free}yx,${free}xz->${free}yz`, [probabilities, value]), probabilities];
}

function scoresOf(site: CallSite, query: Tensor, key: Tensor): Tensor {
  const { graph, config } = site;
  const scale = config.flag('use_scale', false) ? site.weight('scale', []) : null;
  if (!isConcat(config)) {
    const free = FREE.slice(0, query.rank - 2);
    const product = einsum(graph, `${free}yz,${free}xz->${free}yx`, [query, key]);
    return scale ? binary(graph, 'Mul', product, scale) : product;
  }
  const sums = sumsOf(site, query, key);
  const raised = unary(graph, 'Tanh', scale ? binary(graph, 'Mul', sums, scale) : sums);
  const total = reduce(graph, 'Sum', raised, [raised.rank - 1], false);
  return binary(graph, 'Mul', total, site.weight('concat_score_weight', []));
}

function additiveScores(site: CallSite, query: Tensor, key: Tensor): Tensor {
  const { graph, config } = site;
  const raised = unary(graph, 'Tanh', sumsOf(site, query, key));
  const size = query.shape.at(-1);
  if (typeof size !== 'number') throw config.unsupported('called with a tensor of unknown size');
  const isScaled = config.flag('use_scale', true);
  const scaled = isScaled ? binary(graph, 'Mul', raised, site.weight('scale', [size])) : raised;
  return reduce(graph, 'Sum', scaled, [scaled.rank - 1], false);
}

/** Of each place of the query and each of the key. */
function sumsOf({ graph }: CallSite, query: Tensor, key: Tensor): Tensor {
  const { rank } = query;
  return binary(graph, 'AddV2', expandDims(graph, query, rank - 1), expandDims(graph, key, rank - 2));
}
