import { attribute } from '../../graph/nodes.js';
import { binary, plus, unary } from '../builder/arithmetic.js';
import { type CallSite, inputsOf } from '../builder/layer-kind.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { logSumExp, standardised, varianceAlong } from './array-operations.js';
import { axes, operand, option } from './operands.js';
import { softmax } from './softmax.js';
import { normalised, rootMeanSquared } from './vector-lengths.js';

/** Functions along axes of each example: norms, moments and what is normalised by them. */
export const NORM_OPERATIONS: Readonly<Record<string, (site: CallSite) => Tensor | readonly Tensor[]>> = {
  Softmax: (site) => {
    const x = operand(site, 0, 'x', 'logits');
    return softmax(site.graph, x, along(site, x, [x.rank - 1], 'axis'));
  },
  LogSoftmax: (site) => {
    const x = operand(site, 0, 'x', 'logits');
    const axis = along(site, x, [x.rank - 1], 'axis');
    if (axis.length === 1 && axis[0] === x.rank - 1) return unary(site.graph, 'LogSoftmax', x);
    return binary(site.graph, 'Sub', x, logSumExp(site, x, axis));
  },
  Logsumexp: (site) => reduced(site, (x, axis) => logSumExp(site, x, axis)),
  Var: (site) => reduced(site, (x, axis) => varianceAlong(site, x, axis)),
  Std: (site) => reduced(site, (x, axis) => unary(site.graph, 'Sqrt', varianceAlong(site, x, axis))),
  Moments: (site) => {
    const x = tensorOf(site);
    const axis = along(site, x, null, 'axes');
    if (option(site, 3, 'synchronized') === true) throw site.config.unsupported('with synchronized');
    const mean = reduce(site.graph, 'Mean', x, axis, true);
    return [mean, varianceAlong(site, x, axis)].map((kept) => dropped(site, kept, axis, 2));
  },
  Normalize: (site) => {
    const x = tensorOf(site);
    if ((option(site, 2, 'order') ?? 2) !== 2) throw site.config.unsupported('of another order than 2');
    return normalised(site.graph, x, along(site, x, [x.rank - 1], 'axis'), epsilonOf(site, 3));
  },
  Norm: (site) =>
    reduced(site, (x, axis) => {
      const order = option(site, 1, 'ord') ?? null;
      if (order !== null && (order !== 2 || axis.length > 1))
        throw site.config.unsupported('of such an order');
      return unary(site.graph, 'Sqrt', reduce(site.graph, 'Sum', unary(site.graph, 'Square', x), axis, true));
    }),
  LayerNorm: (site) => {
    const x = tensorOf(site);
    if (option(site, 9, 'rms_scaling') === true) throw site.config.unsupported('with rms_scaling');
    const axis = along(site, x, [x.rank - 1], 'axis');
    return affine(site, standardised(site, x, axis, epsilonOf(site, 9)), axis, 1, ['gamma', 'beta']);
  },
  RMSNorm: (site) => {
    const x = tensorOf(site);
    const axis = along(site, x, [x.rank - 1], 'axis');
    return affine(site, rootMeanSquared(site.graph, x, axis, epsilonOf(site, 9)), axis, 1, ['scale']);
  },
  BatchNorm: (site) => {
    const { graph } = site;
    const x = tensorOf(site);
    const axis = along(site, x, [x.rank - 1], 'axis');
    const centred = binary(graph, 'Sub', x, channelwise(site, x, axis, 1, 'mean'));
    const variance = channelwise(site, x, axis, 2, 'variance');
    const deviation = unary(graph, 'Rsqrt', plus(graph, variance, epsilonOf(site, 9, 1e-3)));
    return affine(site, binary(graph, 'Mul', centred, deviation), axis, 3, ['scale', 'offset'], true);
  },
};

function tensorOf(site: CallSite): Tensor {
  const [x] = inputsOf({ ...site, args: site.args.slice(0, 1) });
  return x!;
}

function along(
  site: CallSite,
  x: Tensor,
  otherwise: readonly number[] | null,
  name: string,
): readonly number[] {
  const given = axes({ ...site, args: site.args.slice(0, 1) }, x, 1, name) ?? otherwise;
  if (!given || given.includes(0)) throw site.config.unsupported('across the examples of a batch');
  return given;
}

function epsilonOf(site: CallSite, place: number, otherwise = 1e-7): number {
  const value = option(site, place, 'epsilon') ?? otherwise;
  if (typeof value !== 'number') throw site.config.malformed('epsilon', 'a number');
  return value;
}

function reduced(site: CallSite, kept: (x: Tensor, axis: readonly number[]) => Tensor): Tensor {
  const x = tensorOf(site);
  const axis = along(site, x, null, 'axis');
  return dropped(site, kept(x, axis), axis, 9);
}

function dropped(site: CallSite, kept: Tensor, axis: readonly number[], place: number): Tensor {
  if (option(site, place, 'keepdims') === true) return kept;
  const shape = kept.shape.filter((_, at) => !axis.includes(at));
  return site.graph.op('Squeeze', [kept], shape, { squeeze_dims: attribute.ints(axis) });
}

/** A factor and a summand for each channel, those that are given. */
function affine(
  site: CallSite,
  x: Tensor,
  axis: readonly number[],
  place: number,
  names: readonly string[],
  summandFirst = false,
): Tensor {
  return names.reduce((result, name, at) => {
    const from = place + (summandFirst ? names.length - 1 - at : at);
    if ((site.args[from] ?? site.kwargs[name] ?? null) === null) return result;
    return binary(site.graph, at === 0 ? 'Mul' : 'AddV2', result, channelwise(site, x, axis, from, name));
  }, x);
}

/** An argument of one number for each channel, which is the last axis. */
function channelwise(
  site: CallSite,
  x: Tensor,
  axis: readonly number[],
  place: number,
  name: string,
): Tensor {
  const given = operand(site, place, name);
  if (axis.length !== 1 || axis[0] !== x.rank - 1 || given.rank !== 1 || given.shape[0] !== x.shape.at(-1))
    throw site.config.unsupported('along other axes than the last');
  return given;
}
