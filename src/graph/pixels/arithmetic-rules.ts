import { isChannelsLast } from '../channel-step.js';
import { type Evidence, forAll, gives, type Rule, type Site } from './rule.js';
import { combined, constant, isAlike, isConstant, type Shade } from './shade.js';

/** Where a picture's channels are, counted from the last axis. */
export const LAST = 1;
export const FIRST = 3;

/** Of a picture, alpha among them. */
const MAX_COLOURS = 4;

/** How a number of each of two tensors becomes one; `null` if it depends on the picture by more than a factor and a term. */
type Combining = Parameters<typeof combined>[2];

const sum: Combining = ([a, b], [c, d]) => [a + c, b + d];
const difference: Combining = ([a, b], [c, d]) => [a - c, b - d];
const product: Combining = ([a, b], [c, d]) => (a === 0 ? [b * c, b * d] : [a * d, b * d]);
const quotient: Combining = ([a, b], [, d]) => [a / d, b / d];

const isZero = (of: Shade | null): boolean =>
  of !== null && isConstant(of) && of.add.every((value) => value === 0);

/**
 * An op of two tensors.
 * @param suits whether the result is as simple for these two
 */
function ofTwo(combining: Combining, suits: (a: Shade, b: Shade) => boolean = () => true): Rule {
  return (site) => {
    const [a, b] = [operand(site, 0), operand(site, 1)];
    // What augmentation draws changes a picture a little.
    if (!a || !b) return site.isRandom(a ? 1 : 0) ? gives(a ?? b) : null;
    return suits(a, b) ? gives(combined(a, b, combining)) : null;
  };
}

const summed = ofTwo(sum);

/** Of two that augmentation multiplied with what it drew, as it mixes them: `draw * x + (1 - draw) * turned`. */
const addTwo: Rule = (site) => {
  const [a, b] = [operand(site, 0), operand(site, 1)];
  if (!a?.isDrawn || !b?.isDrawn) return summed(site);
  return isAlike(a, b) ? gives(a) : null;
};

const multiplied = ofTwo(product, (a, b) => isConstant(a) || isConstant(b));

/** Zero it stays, whatever that is multiplied with: a picture less its own mean. */
const multiply: Rule = (site) => {
  const zero = site.shades.find(isZero);
  if (zero) return gives(zero);
  const outcome = multiplied(site);
  const isDrawn = site.isRandom(0) || site.isRandom(1);
  return outcome && isDrawn
    ? { outputs: outcome.outputs.map((output) => ({ ...output, isDrawn })) }
    : outcome;
};

const addAll: Rule = (site) => {
  const [first, ...others] = site.shades.map((_, input) => operand(site, input));
  let total = first ?? null;
  for (const other of others) total = total && other && combined(total, other, sum);
  return gives(total);
};

const negate: Rule = ({ shades: [first] }) =>
  first
    ? gives({
        ...first,
        multiply: first.multiply.map((value) => -value),
        add: first.add.map((value) => -value),
      })
    : null;

/** A batch norm is the end of what is known: its factors were learnt. But the means and variances are those of what it was given. */
const batchNorm: Rule = (site) => {
  const {
    node,
    shades: [first],
  } = site;
  const [mean, variance] = [site.numbers(3), site.numbers(4)];
  if (!first || !mean || !variance || node.attr['is_training']?.value.value !== false) return null;
  const epsilon = node.attr['epsilon']?.value;
  const least = epsilon?.case === 'f' ? epsilon.value : 1e-4;
  const axis = isChannelsLast(node) ? LAST : FIRST;
  const shifted = combined(first, constant([...mean.values], first.rank, axis), difference);
  const deviations = Array.from(variance.values, (value) => Math.sqrt(value + least));
  const map = shifted && combined(shifted, constant(deviations, first.rank, axis), quotient);
  return map && { outputs: [], evidence: [{ kind: 'used', map, kept: map.kept }] };
};

/** Fractions are dropped. */
export const dropFractions: Rule = ({ shades: [first] }) => {
  const evidence: Evidence[] = first && !isConstant(first) ? [{ kind: 'whole', map: first }] : [];
  return gives(first ?? null, ...evidence);
};

/** What an input holds of the picture, or the numbers of a constant. */
export function operand(site: Site, input: number): Shade | null {
  return site.shades[input] ?? constantShade(site, input);
}

/** The numbers of a constant, which are one for all or one for each channel. */
function constantShade(site: Site, input: number): Shade | null {
  const numbers = site.numbers(input);
  if (!numbers) return null;
  const { shape, values } = numbers;
  const add = [...values];
  const rank = shape.length;
  if (add.length === 0) return null;
  if (add.every((value) => value === add[0])) return constant(add, rank, null);
  const [axis, another] = shape.flatMap((size, index) => (size === 1 ? [] : [rank - index]));
  if (another !== undefined || (axis !== LAST && axis !== FIRST)) return null;
  // A bias is along the channels wherever they are.
  const along = site.node.op === 'BiasAdd' && !isChannelsLast(site.node) ? FIRST : axis;
  const isKnown = site.shades.some((one) => one?.axis === along);
  return isKnown || add.length <= MAX_COLOURS ? constant(add, rank, along) : null;
}

export const ARITHMETIC_RULES: Readonly<Record<string, Rule>> = {
  ...forAll('Add AddV2 BiasAdd', addTwo),
  ...forAll('Sub', ofTwo(difference)),
  ...forAll('Mul MulNoNan', multiply),
  ...forAll(
    'RealDiv Div DivNoNan',
    ofTwo(quotient, (_, b) => isConstant(b)),
  ),
  ...forAll('AddN AccumulateNV2', addAll),
  ...forAll('FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', batchNorm),
  ...forAll('Floor Ceil Round Rint', dropFractions),
  Neg: negate,
};
