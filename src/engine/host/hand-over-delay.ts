/** The end of what the engine knows of its hand-overs. */
export interface HandOvers {
  /** When the last one was tried, or else when the engine started, in ms. */
  readonly lastAt: number;
  /** How many failed since the last one that did not. */
  readonly failures: number;
}

const LONGEST_MS = 3_600_000;

/**
 * How long a hand-over has to wait, in ms: they are at least `leastMs` apart, after each failure twice as long, but no longer
 * than an hour.
 */
export function handOverDelayMs({ lastAt, failures }: HandOvers, now: number, leastMs: number): number {
  const apart = failures === 0 ? leastMs : Math.min(leastMs * 2 ** failures, Math.max(leastMs, LONGEST_MS));
  return Math.max(0, lastAt + apart - now);
}
