import { attribute } from '../../graph/nodes.js';
import { binary, plus, times, unary } from '../builder/arithmetic.js';
import { type CallSite, inputsOf } from '../builder/layer-kind.js';
import { FLOAT, INT32 } from '../builder/scope.js';
import { reduce, transpose } from '../builder/shaping.js';
import { stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import type { Tensor } from '../builder/tensor.js';
import { constantOf } from '../model/layer-config.js';
import { einsum } from './einsum-dense.js';
import { axes, integers, operand, option } from './operands.js';
import { softmax } from './softmax.js';

/** Of which a constant of the graph is made. */
const MAX_INDICES = 2 ** 20;

type Outputs = Tensor | readonly Tensor[];

/** Functions of arrays that move, take or multiply elements; none across the examples of a batch. */
export const ARRAY_OPERATIONS: Readonly<Record<string, (site: CallSite) => Outputs>> = {
  Matmul: matmul,
  Einsum: einsumOperation,
  DotProductAttention: dotProductAttention,
  Split: split,
  Unstack: unstack,
  Repeat: repeat,
  Roll: (site) => {
    const shift = integers(site, 1, 'shift') ?? [];
    if (shift.length !== 1) throw site.config.unsupported('along other than one axis');
    return takeAlong(site, (size) =>
      Array.from({ length: size }, (_, at) => (((at - shift[0]!) % size) + size) % size),
    );
  },
  Take: take,
  Tile: tile,
  Swapaxes: (site) => {
    const x = input(site);
    const [one, other] = [oneAxis(site, x, 1, 'axis1'), oneAxis(site, x, 2, 'axis2')];
    const order = x.shape.map((_, at) => (at === one ? other : at === other ? one : at));
    return transpose(site.graph, x, order);
  },
  Moveaxis: (site) => {
    const x = input(site);
    const [from, to] = [oneAxis(site, x, 1, 'source'), oneAxis(site, x, 2, 'destination')];
    const rest = x.shape.map((_, at) => at).filter((at) => at !== from);
    return transpose(site.graph, x, rest.toSpliced(to, 0, from));
  },
};

function input(site: CallSite): Tensor {
  return operand(site, 0, 'x');
}

/** One axis after that of the examples. */
function oneAxis(site: CallSite, x: Tensor, place: number, ...names: readonly string[]): number {
  const [axis, another] = axes(site, x, place, ...names) ?? [];
  if (!axis || another !== undefined) throw site.config.unsupported('across the examples of a batch');
  return axis;
}

function sizeAlong(site: CallSite, x: Tensor, axis: number): number {
  const size = x.shape[axis];
  if (typeof size !== 'number') throw site.config.unsupported('along an axis of unknown size');
  return size;
}

function gather({ graph }: CallSite, x: Tensor, indices: readonly number[], axis: number): Tensor {
  const inputs = [x, graph.ints('indices', indices), graph.int('axis', axis)];
  return graph.node('GatherV2', inputs, x.shape.with(axis, indices.length), {
    Tparams: FLOAT,
    Tindices: INT32,
    Taxis: INT32,
    batch_dims: attribute.int(0),
  });
}

function takeAlong(site: CallSite, indicesOf: (size: number) => readonly number[]): Tensor {
  const x = input(site);
  const axis = oneAxis(site, x, 2, 'axis');
  const size = sizeAlong(site, x, axis);
  if (size > MAX_INDICES) throw site.config.unsupported(`along an axis of ${size} elements`);
  return gather(site, x, indicesOf(size), axis);
}

/** Each element as often as one number says, or as often as its own does. */
function repeat(site: CallSite): Tensor {
  const given = integers(site, 1, 'repeats') ?? [];
  return takeAlong(site, (size) => {
    const isSound = given.length === 1 || given.length === size;
    if (!isSound || given.some((count) => count < 0 || count > 4096) || given.every((count) => count === 0))
      throw site.config.malformed('repeats', 'a number of times, or one for each element');
    const total = given.reduce((sum, count) => sum + count, 0) * (given.length === 1 ? size : 1);
    if (total > MAX_INDICES) throw site.config.unsupported(`to ${total} elements`);
    return Array.from({ length: size }, (_, at) => at).flatMap((at) =>
      Array.from({ length: given.length === 1 ? given[0]! : given[at]! }, () => at),
    );
  });
}

function take(site: CallSite): Tensor {
  const x = input(site);
  const axis = oneAxis(site, x, 2, 'axis');
  const size = sizeAlong(site, x, axis);
  const given = constantOf(option(site, 1, 'indices'));
  const indices = given?.values.map((index) => (index < 0 ? index + size : index)) ?? [];
  if (
    !given ||
    given.shape.length > 1 ||
    indices.some((at) => !(Number.isInteger(at) && at >= 0 && at < size))
  )
    throw site.config.unsupported('with other than whole numbers within its input');
  if (given.shape.length === 1) return gather(site, x, indices, axis);
  const one = { begin: indices[0]!, end: null, step: 1, drop: true };
  return stridedSlice(
    site.graph,
    x,
    x.shape.map((_, at) => (at === axis ? one : WHOLE_AXIS)),
  );
}

function split(site: CallSite): readonly Tensor[] {
  const x = input(site);
  const axis = oneAxis(site, x, 2, 'axis');
  const size = sizeAlong(site, x, axis);
  const given = option(site, 1, 'indices_or_sections');
  const sections = typeof given === 'number' ? given : 0;
  const places = sections > 0 ? equalParts(size, sections) : integers(site, 1, 'indices_or_sections');
  const bounds = [0, ...(places ?? []), size];
  const sound = bounds.every((at, index) => index === 0 || at >= bounds[index - 1]!);
  if (!places || !sound || bounds.length > 4096)
    throw site.config.malformed('indices_or_sections', 'equal parts or places in order');
  return bounds.slice(1).map((end, index) => {
    const part = { begin: bounds[index]!, end, step: 1, drop: false };
    return stridedSlice(
      site.graph,
      x,
      x.shape.map((_, at) => (at === axis ? part : WHOLE_AXIS)),
    );
  });
}

function equalParts(size: number, sections: number): readonly number[] | null {
  if (!Number.isInteger(size / sections)) return null;
  return Array.from({ length: sections - 1 }, (_, index) => ((index + 1) * size) / sections);
}

function unstack(site: CallSite): readonly Tensor[] {
  const x = input(site);
  const axis = oneAxis(site, x, 2, 'axis');
  const count = sizeAlong(site, x, axis);
  if (count > 4096) throw site.config.unsupported(`into ${count} parts`);
  return Array.from({ length: count }, (_, index) => {
    const one = { begin: index, end: null, step: 1, drop: true };
    return stridedSlice(
      site.graph,
      x,
      x.shape.map((_size, at) => (at === axis ? one : WHOLE_AXIS)),
    );
  });
}

function tile(site: CallSite): Tensor {
  const x = input(site);
  const repeats = integers(site, 1, 'repeats') ?? [];
  if (repeats.length !== x.rank || repeats[0] !== 1 || repeats.some((count) => count < 1))
    throw site.config.unsupported('across the examples of a batch');
  const shape = x.shape.map((size, at) => size && size * repeats[at]!);
  return site.graph.op('Tile', [x, site.graph.ints('multiples', repeats)], shape, { Tmultiples: INT32 });
}

const LETTERS = 'abcdefghijklmnopqrstuv';

/** By a matrix that is a constant, or example by example. */
function matmul(site: CallSite): Tensor {
  const { graph, config } = site;
  const [x, y] = [operand(site, 0, 'x1'), operand(site, 1, 'x2')];
  const isConstant = y.shape[0] !== null;
  const fits = x.rank >= 2 && x.shape[0] === null && x.shape.at(-1) === y.shape.at(-2);
  const free = LETTERS.slice(0, x.rank - 1);
  if (fits && isConstant && y.rank === 2) return einsum(graph, `${free}z,zy->${free}y`, [x, y]);
  const shared = LETTERS.slice(0, x.rank - 2);
  const isSame = [...shared].every((_, at) => x.shape[at] === y.shape[at]);
  if (!fits || isConstant || x.rank < 3 || y.rank !== x.rank || !isSame)
    throw config.unsupported('called with other than a matrix, or matrices of each example');
  return einsum(graph, `${shared}wz,${shared}zx->${shared}wx`, [x, y]);
}

function einsumOperation(site: CallSite): Tensor {
  const { graph, config } = site;
  const equation = String(option(site, 9, 'subscripts')).replaceAll(' ', '');
  const tensors = site.args.map((_, place) => operand(site, place, 'x'));
  const [terms = '', result = '', more] = equation.split('->');
  const labels = terms.split(',');
  const sound =
    more === undefined &&
    result !== '' &&
    /^[a-zA-Z,]+$/.test(terms + result) &&
    labels.length === tensors.length &&
    labels.every((term, at) => term.length === tensors[at]!.rank);
  if (!sound) throw config.unsupported('with an equation of other letters than one for each dimension');
  // The letter of the examples is the first of the result and of all that have examples, and of nothing else.
  const example = result[0]!;
  const apart = labels.every(
    (term, at) => term.indexOf(example) === (tensors[at]!.shape[0] === null ? 0 : -1),
  );
  if (!apart) throw config.unsupported('across the examples of a batch');
  return einsum(graph, equation, tensors);
}

/** Of heads: [n, length, heads, size]. */
function dotProductAttention(site: CallSite): Tensor {
  const { graph, config, kwargs, args } = site;
  const [query, key, value] = inputsOf({ ...site, args: args.slice(0, 3) });
  const size = query?.shape[3];
  if (!query || !key || !value || query.rank !== 4 || typeof size !== 'number')
    throw config.unsupported('called with other than heads');
  for (const name of ['bias', 'mask', 'is_causal', 'attn_logits_soft_cap'])
    if (![undefined, null, false].includes((kwargs[name] ?? config.raw(name)) as null))
      throw config.unsupported(`with ${name}`);
  if (args.slice(3).some((given) => given !== null)) throw config.unsupported('with a bias or a mask');
  const scale = option(site, 5, 'scale') ?? 1 / Math.sqrt(size);
  if (typeof scale !== 'number') throw config.malformed('scale', 'a number');
  const scores = times(graph, einsum(graph, 'btnh,bsnh->bnts', [query, key]), scale);
  return einsum(graph, 'bnts,bsnh->btnh', [softmax(graph, scores, [3]), value]);
}

/** `log(sum(exp(x)))`, without numbers too large for it on the way. */
export function logSumExp({ graph }: CallSite, x: Tensor, along: readonly number[]): Tensor {
  const most = reduce(graph, 'Max', x, along, true);
  const sum = reduce(graph, 'Sum', unary(graph, 'Exp', binary(graph, 'Sub', x, most)), along, true);
  return binary(graph, 'AddV2', unary(graph, 'Log', sum), most);
}

/** Of each example along axes, kept. */
export function varianceAlong({ graph }: CallSite, x: Tensor, along: readonly number[]): Tensor {
  const centred = binary(graph, 'Sub', x, reduce(graph, 'Mean', x, along, true));
  return reduce(graph, 'Mean', unary(graph, 'Square', centred), along, true);
}

/** `x` less its mean, by its deviation. */
export function standardised(site: CallSite, x: Tensor, along: readonly number[], epsilon: number): Tensor {
  const { graph } = site;
  const centred = binary(graph, 'Sub', x, reduce(graph, 'Mean', x, along, true));
  return binary(
    graph,
    'Mul',
    centred,
    unary(graph, 'Rsqrt', plus(graph, varianceAlong(site, x, along), epsilon)),
  );
}
