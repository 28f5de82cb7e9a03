import { DataType } from '../saved-model/proto/tensor_pb.js';
import { type FlatGraph, parseInput } from './flat-graph.js';
import { GraphIndex } from './graph-index.js';
import { type AffineMap, inputHead } from './input-head.js';

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

/** What the head of a graph tells of the values that it takes; `undefined` if nothing is certain. */
export function pixelRange({ multiply, add }: AffineMap): PixelRange | undefined {
  const [first, ...others] = multiply.map((factor, channel) => channelRange(factor, add[channel]!));
  return others.every((range) => range === first) ? first : undefined;
}

function channelRange(factor: number, shift: number): PixelRange | undefined {
  const size = Math.abs(factor);
  if (size >= TO_BYTES.least && size <= TO_BYTES.most) return 'unit';
  const isMean = Math.abs(size - 1) < 1e-3 && Math.abs(shift) >= LEAST_MEAN;
  if (isMean || isIn(SPREAD, size * HIGHEST.raw)) return isCentred(factor, shift, 'raw') ? 'raw' : undefined;
  const isUnit = size >= LEAST_UNIT_FACTOR && isIn(SPREAD, size * HIGHEST.unit);
  return isUnit && isCentred(factor, shift, 'unit') ? 'unit' : undefined;
}

function isIn({ least, most }: typeof SPREAD, value: number): boolean {
  return value >= least && value <= most;
}

/** Whether zero lies between black and white or within half their distance of them, as the first layer takes them: a mean is one of a picture's values. */
function isCentred(factor: number, shift: number, range: PixelRange): boolean {
  const white = factor * HIGHEST[range] + shift;
  const slack = Math.abs(white - shift) / 2;
  return Math.min(shift, white) <= slack && Math.max(shift, white) >= -slack;
}

/** What a graph tells of each float32 input that may be a picture. */
export function pixelRanges(graph: FlatGraph): PixelRanges {
  const index = new GraphIndex(graph);
  const ranges = new Map<string, ReadonlyMap<string, PixelRange>>();
  for (const [name, { inputs }] of graph.signatures) {
    const own = new Map<string, PixelRange>();
    for (const { name: input, dataType, shape, nodes } of inputs) {
      const rank = shape?.length;
      if (dataType !== DataType.DT_FLOAT || (rank !== 3 && rank !== 4)) continue;
      const head = inputHead(index, parseInput(nodes[0]!).node, rank);
      const range = head && pixelRange(head);
      if (range) own.set(input, range);
    }
    ranges.set(name, own);
  }
  return ranges;
}
