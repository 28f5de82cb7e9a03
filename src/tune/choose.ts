import { medianOf, type Point, spreadOf } from './point.js';

/** A gain up to this is not worth a larger batch or another thread. */
const WORTHWHILE = 1.03;

export interface Choice {
  readonly point: Point;
  /** Whether its batch takes no longer than was allowed; if not, none does. */
  readonly inTime: boolean;
}

/**
 * The smallest batch size that keeps up with the fastest point, and of its points that do the one with the fewest threads. A point
 * counts only if its batch takes at most `latencyMs`, since a lone request may wait for one running batch.
 * @returns where no batch is quick enough, the quickest; `undefined` where there are no points
 */
export function choose(points: readonly Point[], latencyMs: number): Choice | undefined {
  const allowed = points.filter(({ msPerBatch }) => msPerBatch <= latencyMs);
  if (allowed.length === 0) {
    const [quickest] = points.toSorted((a, b) => a.msPerBatch - b.msPerBatch);
    return quickest && { point: quickest, inTime: false };
  }
  const fastest = allowed.reduce((best, point) => (rateOf(point) > rateOf(best) ? point : best));
  const inOrder = allowed.toSorted((a, b) => a.batchSize - b.batchSize || a.threads - b.threads);
  const point = inOrder.find((candidate) => candidate === fastest || keepsUp(candidate, fastest));
  return point && { point, inTime: true };
}

/**
 * Whether `other` gains nothing over `point` but what may be chance: at most 3 %, or at most the factor by which the gain itself goes up
 * and down in the middle half of the rounds. Rounds are compared with themselves, so that what slowed the machine down in one of them speaks for neither.
 */
export function keepsUp(point: Point, other: Point): boolean {
  const { low, median, high } = spreadOf(other.rates.map((rate, round) => rate / point.rates[round]!));
  return median <= WORTHWHILE || median <= Math.sqrt(high / low);
}

function rateOf({ rates }: Point): number {
  return medianOf(rates);
}
