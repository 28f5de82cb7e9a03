/** What was measured of one batch size with one number of threads. */
export interface Point {
  readonly threads: number;
  /** Rows in one run. */
  readonly batchSize: number;
  /** Rows per second, one number a round. The rounds of all points are the same, in the same order. */
  readonly rates: readonly number[];
  /** How long one run took, the median of all. */
  readonly msPerBatch: number;
}

/** The median and the middle half: of five numbers, the middle three. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** @param numbers at least one */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  const aside = Math.floor(last / 4);
  return {
    low: sorted[aside]!,
    median: (sorted[Math.floor(last / 2)]! + sorted[Math.ceil(last / 2)]!) / 2,
    high: sorted[last - aside]!,
  };
}

export function medianOf(numbers: readonly number[]): number {
  return spreadOf(numbers).median;
}
