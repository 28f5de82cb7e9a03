import { type FlatGraph, parseInput } from './flat-graph.js';
import { GraphIndex } from './graph-index.js';
import type { Evidence } from './pixels/rule.js';
import { type AffineMap, countOf, of } from './pixels/shade.js';
import { tracePicture } from './pixels/trace-picture.js';
import { FLOATS } from './small-constant.js';

/** What a model takes for a picture's values: `raw`, 0…255; `unit`, 0…1. */
export type PixelRange = 'raw' | 'unit';

/** By the names of signature and input. */
export type PixelRanges = ReadonlyMap<string, ReadonlyMap<string, PixelRange>>;

const HIGHEST: Readonly<Record<PixelRange, number>> = { raw: 255, unit: 1 };

/**
 * How far apart black and white are where a network's first layer takes them. `Rescaling` makes it 1 or 2. Division by a standard deviation
 * makes it at least 2, since no deviation is more than half the range, and 4 to 5 for photographs; 16 leaves room for pictures
 * that are all dim.
 */
const SPREAD = { least: 0.5, most: 16 };

/**
 * A factor up to this says nothing of 0…1: `x / 2 + 0.5` takes -1…1, and a factor of 1 is none. TF Hub's `x * 2 - 1` has 2, division by a
 * deviation at least 2. Between this factor and that of 0…255 with the widest spread, 1 / 16, nothing is told.
 */
const LEAST_UNIT_FACTOR = 1.5;

/** A mean that is subtracted, and no more, as in `caffe`: of 0…1 it is at most 1, of the darkest sets' 0…255 it is more than this. */
const LEAST_MEAN = 20;

/** 0…1 to what a camera gives, by 255, or by 256. */
const TO_BYTES = { least: 254, most: 257 };

/** Spreads that nobody has by chance: of `x / 255`, `x / 127.5`, and by 256 and 128. */
const USUAL_SPREADS = [1, 2];
const USUAL_MEAN = { least: 90, most: 140 };

/** What a picture is cut off at if it is cut off at white, and at black. */
const WHITE: Readonly<Record<PixelRange, Limits>> = {
  raw: { least: 200, most: 256 },
  unit: { least: 0.9, most: 1.1 },
};
const BLACK: Limits = { least: -0.1, most: 0.1 };

/** A value that a picture of 0…255 is compared with, and one of 0…1 never reaches. */
const THRESHOLD = { least: 1.5, most: 256 };

interface Limits {
  readonly least: number;
  readonly most: number;
}

interface Told {
  readonly range: PixelRange;
  /** Whether it holds also where something else is computed of the same picture that tells nothing. */
  readonly isSure: boolean;
}

/** What a graph tells of the values that it takes; `undefined` if nothing is certain, or one part of it contradicts another. */
export function pixelRange(evidence: readonly Evidence[]): PixelRange | undefined {
  const told = evidence.flatMap(toldBy);
  const known = told.filter((one) => one !== null);
  const [first] = known;
  if (!first || known.some(({ range }) => range !== first.range)) return undefined;
  return known.length === told.length || known.some(({ isSure }) => isSure) ? first.range : undefined;
}

/** What each part of it tells; `null` for what a network is given and tells nothing. */
function toldBy(evidence: Evidence): (Told | null)[] {
  switch (evidence.kind) {
    case 'used':
      return channelsOf(evidence.map).map(([factor, shift]) => {
        const range = channelRange(factor, shift) ?? rangeWithin(evidence.kept);
        return range === undefined
          ? null
          : { range, isSure: isUsual(factor, shift, range) || rangeWithin(evidence.kept) === range };
      });
    case 'whole':
      return channelsOf(evidence.map).flatMap(([factor]) => {
        if (isIn(TO_BYTES, Math.abs(factor))) return { range: 'unit', isSure: true };
        return isOne(factor) ? { range: 'raw', isSure: true } : [];
      });
    case 'compared':
      return isIn(THRESHOLD, evidence.value) ? [{ range: 'raw', isSure: false }] : [];
  }
}

/** Factor and term of each channel that depends on the picture. */
function channelsOf({ multiply, add }: AffineMap): (readonly [number, number])[] {
  const each = Array.from(
    { length: countOf({ multiply, add }) },
    (_, channel) => [of(multiply, channel), of(add, channel)] as const,
  );
  return each.filter(([factor]) => factor !== 0);
}

const isOne = (factor: number): boolean => Math.abs(Math.abs(factor) - 1) < 1e-3;

/** By where black and white were cut off. */
function rangeWithin([least, most]: readonly [number, number]): PixelRange | undefined {
  if (isIn(WHITE.raw, most)) return 'raw';
  return isIn(BLACK, least) && isIn(WHITE.unit, most) ? 'unit' : undefined;
}

function channelRange(factor: number, shift: number): PixelRange | undefined {
  const size = Math.abs(factor);
  if (isIn(TO_BYTES, size)) return 'unit';
  const isMean = isOne(size) && Math.abs(shift) >= LEAST_MEAN;
  if (isMean || isIn(SPREAD, size * HIGHEST.raw)) return isCentred(factor, shift, 'raw') ? 'raw' : undefined;
  const isUnit = size >= LEAST_UNIT_FACTOR && isIn(SPREAD, size * HIGHEST.unit);
  return isUnit && isCentred(factor, shift, 'unit') ? 'unit' : undefined;
}

function isUsual(factor: number, shift: number, range: PixelRange): boolean {
  const size = Math.abs(factor);
  if (range === 'unit') return isIn(TO_BYTES, size);
  return (
    USUAL_SPREADS.some((spread) => Math.abs((size * HIGHEST.raw) / spread - 1) < 0.01) ||
    isIn(USUAL_MEAN, -shift / factor)
  );
}

function isIn({ least, most }: Limits, value: number): boolean {
  return value >= least && value <= most;
}

/** Whether zero lies between black and white or within half their distance of them, as the first layer takes them: a mean is one of a picture's values. */
function isCentred(factor: number, shift: number, range: PixelRange): boolean {
  const white = factor * HIGHEST[range] + shift;
  const slack = Math.abs(white - shift) / 2;
  return Math.min(shift, white) <= slack && Math.max(shift, white) >= -slack;
}

/**
 * What a graph tells of each input of fractions that may be a picture.
 * @throws NotFlatError if it has a loop
 */
export function pixelRanges(graph: FlatGraph): PixelRanges {
  const index = new GraphIndex(graph);
  const nodes = index.inOrder();
  const ranges = new Map<string, ReadonlyMap<string, PixelRange>>();
  for (const [name, { inputs }] of graph.signatures) {
    const own = new Map<string, PixelRange>();
    for (const { name: input, dataType, shape, nodes: ends } of inputs) {
      const rank = shape?.length;
      if (!FLOATS.has(dataType) || (rank !== 3 && rank !== 4)) continue;
      const range = pixelRange(tracePicture(index, nodes, parseInput(ends[0]!).node, rank));
      if (range) own.set(input, range);
    }
    ranges.set(name, own);
  }
  return ranges;
}
