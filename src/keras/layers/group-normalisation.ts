import { binary, plus, unary } from '../builder/arithmetic.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { INT32 } from '../builder/scope.js';
import { reduce, reshape } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { axesOf, scaleAndCenter } from './normalisation.js';

export const GROUP_NORMALISATION: Readonly<Record<string, LayerKind>> = {
  GroupNormalization: {
    weights: (config) => ({ trained: scaleAndCenter(config) }),
    build: groupNormalization,
  },
};

/** Each example by the mean and variance of each group of its channels, over all else. */
function groupNormalization(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  const [axis, another] = axesOf(config, x, -1);
  const channels = axis === undefined ? null : x.shape[axis]!;
  if (axis === undefined || another !== undefined || channels === null)
    throw config.unsupported('along an axis of unknown size');
  const given = config.raw('groups') ?? 32;
  const groups = given === -1 ? channels : config.size('groups', 32);
  if (channels % groups !== 0) throw config.malformed('groups', `a divisor of ${channels} channels`);
  const centred = binary(graph, 'Sub', x, meanOfGroups(site, x, axis, groups));
  const variance = meanOfGroups(site, unary(graph, 'Square', centred), axis, groups);
  const deviation = unary(graph, 'Rsqrt', plus(graph, variance, config.number('epsilon', 0.001)));
  const shape = x.shape.map((_, at) => (at === axis ? channels : 1));
  const weight = (name: string): Tensor =>
    site.derived(`${name}_spread`, shape, () => site.values(name, [channels]));
  const normal = binary(graph, 'Mul', centred, deviation);
  const scaled = config.flag('scale', true) ? binary(graph, 'Mul', normal, weight('gamma')) : normal;
  return config.flag('center', true) ? binary(graph, 'AddV2', scaled, weight('beta')) : scaled;
}

/** For each channel the mean of its group, whatever the size of the images is: the mean of the channels' means. */
function meanOfGroups({ graph }: CallSite, x: Tensor, axis: number, groups: number): Tensor {
  const channels = x.shape[axis]!;
  const size = channels / groups;
  const others = x.shape.map((_, at) => at).filter((at) => at > 0 && at !== axis);
  const each = others.length === 0 ? x : reduce(graph, 'Mean', x, others, true);
  const means = reduce(graph, 'Mean', reshape(graph, each, [null, groups, size]), [2], true);
  const spread = graph.op('Tile', [means, graph.ints('multiples', [1, 1, size])], [null, groups, size], {
    Tmultiples: INT32,
  });
  return reshape(
    graph,
    spread,
    x.shape.map((_, at) => (at === 0 ? null : at === axis ? channels : 1)),
  );
}
