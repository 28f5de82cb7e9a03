/** What a request was said to take. */
export interface Estimate {
  readonly rows: number;
  readonly ms: number;
}

interface Told extends Estimate {
  readonly at: number;
}

/** More are not remembered: those told first are forgotten. */
const CAPACITY = 4096;

/**
 * What was last said of how long requests take until their answers, by who asked for what. It is outdated at once, so no more is
 * made of it than the least that is true later too: time passes for those who wait, and more rows do not take less.
 */
export class LastEstimates {
  private readonly last = new Map<string, Told>();

  /** @param now in ms, as `leastMs` is given it */
  told(key: string, estimate: Estimate, now: number): void {
    this.last.delete(key);
    if (estimate.ms <= 0) return;
    this.last.set(key, { ...estimate, at: now });
    if (this.last.size > CAPACITY) {
      const [oldest = ''] = this.last.keys();
      this.last.delete(oldest);
    }
  }

  /** What a request of so many rows takes at least, in ms, if it comes now. */
  leastMs(key: string, rows: number, now: number): number {
    const told = this.last.get(key);
    if (!told || rows < told.rows) return 0;
    return Math.max(0, told.ms - (now - told.at));
  }
}
