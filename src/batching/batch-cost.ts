/** Of the moving averages, how much the newest measurement counts. */
export const NEWEST = 0.25;
/** How many deviations from the average are reckoned with. */
const CAUTION = 2;
/** Sizes beyond are not remembered: single requests, of any size. */
const MAX_SIZE = 1024;
/**
 * After so many ms without a run the averages are not trusted any more: a request that was refused because of them could
 * otherwise never prove them wrong.
 */
export const TRUST_MS = 10_000;

/**
 * What a run of so many rows takes, as it was measured. Where a size was not measured it errs towards too little: a size that
 * is thought to take too long would be refused, and never be measured.
 */
export class BatchCost {
  /** Sizes that were measured, ascending, and the moving average of each in ms. */
  private readonly sizes: number[] = [];
  private readonly averages: number[] = [];
  private measuredAt = -Infinity;
  /** The moving average of by how much a run took more or less than the average of its size, as a part of that. */
  private deviation = 0;

  /** @param rows as the engine was given them, padding included @param now in ms of `performance.now()` */
  measured(rows: number, ms: number, now: number): void {
    this.measuredAt = now;
    if (rows > MAX_SIZE) return;
    const at = this.indexOf(rows);
    if (this.sizes[at] === rows) {
      const before = this.averages[at]!;
      const average = before + NEWEST * (ms - before);
      // As a part of the average that has it in already: one run that takes a thousand times as long says nothing of the next thousand.
      if (average > 0) this.deviation += NEWEST * (Math.abs(ms - before) / average - this.deviation);
      this.averages[at] = average;
    } else {
      this.sizes.splice(at, 0, rows);
      this.averages.splice(at, 0, ms);
    }
  }

  /** In ms; `undefined` before anything was measured, or where that is too long ago. */
  expectedMs(rows: number, now: number): number | undefined {
    if (this.sizes.length === 0 || now - this.measuredAt > TRUST_MS) return undefined;
    const at = this.indexOf(rows);
    const size = this.sizes[at];
    if (size === rows) return this.averages[at]!;
    if (size === undefined) return this.beyond(rows);
    const ms = this.averages[at]!;
    if (at === 0) return (ms * rows) / size;
    const [smaller, less] = [this.sizes[at - 1]!, this.averages[at - 1]!];
    return less + ((ms - less) * (rows - smaller)) / (size - smaller);
  }

  /**
   * What a run takes that is no luckier than most, as a multiple of what is expected, 1 or more. It is the measured deviation that says how
   * much the average can be trusted (as of round-trip times in RFC 6298).
   */
  get caution(): number {
    return 1 + CAUTION * this.deviation;
  }

  /** Along the line through the smallest and the largest size, but no steeper than the largest alone tells. */
  private beyond(rows: number): number {
    const [size, ms] = [this.sizes.at(-1)!, this.averages.at(-1)!];
    const [smallest, least] = [this.sizes[0]!, this.averages[0]!];
    if (size === smallest) return ms;
    const slope = Math.min(Math.max(0, (ms - least) / (size - smallest)), ms / size);
    return ms + slope * (rows - size);
  }

  /** Of the first size that is not less. */
  private indexOf(rows: number): number {
    let low = 0;
    let high = this.sizes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sizes[middle]! < rows) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
