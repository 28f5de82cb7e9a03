import { isChannelsLast } from '../channel-step.js';
import type { Numbers } from '../arithmetic.js';
import { FIRST, LAST } from './arithmetic-rules.js';
import { forAll, gives, isSet, type Rule, type Site } from './rule.js';
import { countOf, MAX_CHANNELS, of, type Shade, shade } from './shade.js';

/** How much of each channel goes into one of the results. */
type Weights = readonly number[];

/** Weights that make a mean: a grey of the three colours, a blur. */
const MEAN = { least: 0.98, most: 1.02 };

/**
 * Channels mixed by weights that nobody trained, as they are means or each take one channel; `null` of any others: there the network begins.
 * @param columns for each result, what it takes of each channel
 */
function mixed(from: Shade, columns: readonly Weights[], axis: number): Shade | null {
  const count = columns[0]?.length ?? 0;
  const isFit = from.axis === null || (from.axis === axis && countOf(from) === count);
  if (!isFit || columns.length > MAX_CHANNELS || !columns.every(isPlain)) return null;
  const total = (weights: Weights, values: readonly number[]): number =>
    weights.reduce((sum, weight, channel) => sum + weight * of(values, channel), 0);
  const scale = columns.map((weights) => (isMean(weights) ? 1 / sumOf(weights) : 1));
  return shade({
    ...from,
    multiply: columns.map((weights, index) => scale[index]! * total(weights, from.multiply)),
    add: columns.map((weights, index) => scale[index]! * total(weights, from.add)),
    axis,
  });
}

const sumOf = (weights: Weights): number => weights.reduce((sum, weight) => sum + weight, 0);

function isMean(weights: Weights): boolean {
  const sum = sumOf(weights);
  return weights.every((weight) => weight >= 0) && sum >= MEAN.least && sum <= MEAN.most;
}

/** One weight alone may be trained; so many zeros are not. */
function isPlain(weights: Weights): boolean {
  return isMean(weights) || (weights.length > 1 && weights.filter((weight) => weight !== 0).length === 1);
}

/** By rows of a matrix, one for each channel. */
const matMul: Rule = (site) => {
  const [from] = site.shades;
  const matrix = site.numbers(1);
  if (
    !from ||
    matrix?.shape.length !== 2 ||
    isSet(site.node, 'transpose_a') ||
    isSet(site.node, 'transpose_b')
  )
    return null;
  const [rows, columns] = matrix.shape as [number, number];
  return gives(mixed(from, columnsOf(matrix, 1, rows, columns), LAST));
};

/** By a kernel: summed over its places, since a picture of one grey is the same in all of them. */
const convolve: Rule = (site) => {
  const [from] = site.shades;
  const kernel = kernelOf(site);
  if (!from || !kernel) return null;
  const { numbers, places, channels, results } = kernel;
  return gives(mixed(from, columnsOf(numbers, places, channels, results), axisOf(site)));
};

/** Each channel by its own. */
const convolveEach: Rule = (site) => {
  const [from] = site.shades;
  const kernel = kernelOf(site);
  if (!from || kernel?.results !== 1) return null;
  const { numbers, places, channels } = kernel;
  const own = columnsOf(numbers, places, 1, channels).map(([weight]) => weight!);
  const isBlur = numbers.values.every((weight) => weight >= 0) && own.every((weight) => isMean([weight]));
  // Of places, and of one channel, any weights may be trained.
  if (!isBlur && (places !== 1 || channels < 2)) return null;
  const columns = own.map((weight, channel) => own.map((_, other) => (other === channel ? weight : 0)));
  return gives(mixed(from, columns, axisOf(site)));
};

function kernelOf(site: Site) {
  const numbers = site.numbers(1);
  if (numbers?.shape.length !== 4) return null;
  const [height, width, channels, results] = numbers.shape as [number, number, number, number];
  const places = height * width;
  // The sum of trained weights may look like anything.
  const isSound = places === 1 || numbers.values.every((weight) => weight >= 0);
  return isSound ? { numbers, places, channels, results } : null;
}

function columnsOf({ values }: Numbers, places: number, channels: number, results: number): Weights[] {
  return Array.from({ length: results }, (_one, result) =>
    Array.from({ length: channels }, (_, channel) => {
      let sum = 0;
      for (let place = 0; place < places; place++)
        sum += values[(place * channels + channel) * results + result]!;
      return sum;
    }),
  );
}

const axisOf = ({ node }: Site): number => (isChannelsLast(node) ? LAST : FIRST);

export const MIXING_RULES: Readonly<Record<string, Rule>> = {
  ...forAll('MatMul BatchMatMul BatchMatMulV2', matMul),
  Conv2D: convolve,
  DepthwiseConv2dNative: convolveEach,
};
