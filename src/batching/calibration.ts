/** What a request was told to wait for: the batches before it, and all else. In ms. */
export interface Wait {
  readonly queuedMs: number;
  readonly restMs: number;
}

/** How much one answer counts: some twenty tell. */
const NEWEST = 0.05;
/** Waits are never taken for shorter than this part of what is reckoned. */
const LEAST = 1 / 16;
/** After so long without an answer nothing is known. */
const TRUST_MS = 10_000;

/**
 * What part of the reckoned wait requests did wait. What is reckoned is the most that it may be: all models at once full of work, each
 * run as full of rows as it can be. It corrects downwards alone, since runs that take longer than they did are told by their own measurement.
 */
export class Calibration {
  private part = 1;
  private cameAt = -Infinity;

  /** By what the time of the batches before a request is multiplied. */
  factor(now: number): number {
    return now - this.cameAt > TRUST_MS ? 1 : Math.min(1, Math.max(LEAST, this.part));
  }

  /** A request had its answer, or was refused in the end, after `ms`. @param now in ms of `performance.now()` */
  came({ queuedMs, restMs }: Wait, ms: number, now: number): void {
    if (queuedMs <= 0) return;
    if (now - this.cameAt > TRUST_MS) this.part = 1;
    this.cameAt = now;
    const part = Math.min(2, Math.max(0, (ms - restMs) / queuedMs));
    this.part += NEWEST * (part - this.part);
  }
}
