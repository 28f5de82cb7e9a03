import { LAST, operand } from './arithmetic-rules.js';
import { forAll, gives, intOf, type Outcome, type Rule, type Site, whole, wholes } from './rule.js';
import {
  countOf,
  fromLast,
  isAlike,
  isConstant,
  MAX_CHANNELS,
  of,
  picked,
  type Shade,
  shade,
} from './shade.js';
import { sliced } from './slices.js';

const range = (begin: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - begin) }, (_, index) => begin + index);

/** Some inputs one behind the other; `null` where one holds nothing of the picture, or their channels lie along another axis. */
function joined(parts: readonly (Shade | null)[], axis: number | null, rank: number | null): Shade | null {
  if (axis === null || !parts.every((part) => part !== null && (part.axis === null || part.axis === axis)))
    return null;
  const known = parts as readonly Shade[];
  const all = (values: 'multiply' | 'add'): number[] =>
    known.flatMap((part) => range(0, countOf(part)).map((channel) => of(part[values], channel)));
  const multiply = all('multiply');
  return multiply.length <= MAX_CHANNELS
    ? shade({ ...known[0]!, multiply, add: all('add'), rank, axis })
    : null;
}

/** What all of some inputs hold; `null` if they do not hold the same. */
function common(parts: readonly (Shade | null)[]): Shade | null {
  const [first] = parts;
  return first && parts.every((part) => part !== null && isAlike(part, first)) ? first : null;
}

const pack: Rule = (site) => {
  const parts = site.shades.map((_, input) => operand(site, input));
  const inner = parts.find((part) => part !== null)?.rank ?? null;
  const rank = inner === null ? null : inner + 1;
  const axis = fromLast(intOf(site.node, 'axis', 0), rank);
  const same = common(parts);
  if (same?.axis === null) return gives({ ...same, rank });
  if (same)
    return axis === null ? null : gives({ ...same, rank, axis: same.axis + (axis <= same.axis ? 1 : 0) });
  return parts.every((part) => part?.axis === null) ? gives(joined(parts, axis, rank)) : null;
};

function concat(site: Site, inputs: readonly number[], along: number): Outcome | null {
  const parts = inputs.map((input) => operand(site, input));
  const same = common(parts);
  const axis = whole(site, along);
  const rank = site.shades.find((one) => one)?.rank ?? null;
  const place = axis === null ? null : fromLast(axis, rank);
  if (same && (same.axis === null || (place !== null && place !== same.axis))) return gives(same);
  const surrounded = parts.every((part) => part !== null)
    ? common(parts.filter((part) => !isConstant(part)))
    : null;
  if (surrounded?.axis === null && place !== LAST) return gives(surrounded);
  return gives(joined(parts, place, rank));
}

/** @param sizes of the parts along the axis; `null` where they are not known */
function split(
  from: Shade | null,
  axis: number | null,
  count: number,
  sizes: readonly number[] | null,
): Outcome | null {
  if (!from || count < 1 || count > MAX_CHANNELS) return null;
  const place = axis === null ? null : fromLast(axis, from.rank);
  if (from.axis === null || (place !== null && place !== from.axis))
    return { outputs: range(0, count).map(() => from) };
  if (place === null || !sizes?.every((size) => Number.isInteger(size) && size > 0 && size <= MAX_CHANNELS))
    return null;
  let begin = 0;
  const outputs = sizes.map((size) => picked(from, range(begin, (begin += size))));
  return outputs.every((output) => output !== null) ? { outputs } : null;
}

const splitEvenly: Rule = (site) => {
  const from = site.shades[1] ?? null;
  const count = intOf(site.node, 'num_split', 0);
  const sizes = from && count <= MAX_CHANNELS ? range(0, count).map(() => countOf(from) / count) : null;
  return split(from, whole(site, 0), count, sizes);
};

const splitUnevenly: Rule = (site) => {
  const from = site.shades[0] ?? null;
  const sizes = wholes(site, 1);
  const rest =
    from && sizes ? countOf(from) - sizes.filter((size) => size >= 0).reduce((a, b) => a + b, 0) : 0;
  const filled = sizes?.map((size) => (size < 0 ? rest : size)) ?? null;
  return split(from, whole(site, 2), intOf(site.node, 'num_split', 0), filled);
};

const unpack: Rule = ({ node, shades: [from] }) => {
  const count = intOf(node, 'num', 0);
  if (!from || count < 1 || count > MAX_CHANNELS) return null;
  const rank = from.rank === null ? null : from.rank - 1;
  const place = fromLast(intOf(node, 'axis', 0), from.rank);
  if (from.axis === null) return { outputs: range(0, count).map(() => ({ ...from, rank })) };
  if (place === null) return null;
  if (place !== from.axis) {
    const axis = from.axis - (place < from.axis ? 1 : 0);
    return { outputs: range(0, count).map(() => ({ ...from, rank, axis })) };
  }
  const outputs = range(0, count).map((channel) => picked(from, [channel]));
  return outputs.every((output) => output !== null)
    ? { outputs: outputs.map((output) => ({ ...output, rank })) }
    : null;
};

function gather(site: Site, axis: number | null): Outcome | null {
  const [from] = site.shades;
  const indices = site.numbers(1);
  if (!from || intOf(site.node, 'batch_dims', 0) !== 0) return null;
  const rank = from.rank === null || !indices ? null : from.rank - 1 + indices.shape.length;
  if (from.axis === null) return gives({ ...from, rank });
  const place = axis === null ? null : fromLast(axis, from.rank);
  if (place === null || !indices || indices.shape.length > 1) return null;
  if (place === from.axis) {
    const chosen = picked(from, [...indices.values]);
    return gives(chosen && { ...chosen, rank });
  }
  const isDropped = indices.shape.length === 0;
  return gives({ ...from, rank, axis: from.axis - (isDropped && place < from.axis ? 1 : 0) });
}

const inputsOf = ({ node }: Site): number[] => node.input.map((_, input) => input);

export const CHANNEL_RULES: Readonly<Record<string, Rule>> = {
  Pack: pack,
  ConcatV2: (site) => concat(site, inputsOf(site).slice(0, -1), site.node.input.length - 1),
  Concat: (site) => concat(site, inputsOf(site).slice(1), 0),
  Split: splitEvenly,
  SplitV: splitUnevenly,
  Unpack: unpack,
  GatherV2: (site) => gather(site, whole(site, 2)),
  Gather: (site) => gather(site, 0),
  ...forAll('StridedSlice Slice', sliced),
};
