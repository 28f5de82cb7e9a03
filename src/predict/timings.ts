/** How long each stage of one picture, or of one request, took, in ms. The same names as in logs and metrics. */
export interface Timings {
  readonly decodeMs: number;
  readonly preprocessMs: number;
  /** Waiting: for a turn to be decoded, and for the engine. */
  readonly queueMs: number;
  readonly inferenceMs: number;
  /** From the moment the body was there until the result was. */
  readonly totalMs: number;
}

/** To the microsecond, as they are sent. */
export function rounded(timings: Timings): Timings {
  return Object.fromEntries(
    Object.entries(timings).map(([stage, ms]) => [stage, Math.round(ms * 1000) / 1000]),
  ) as unknown as Timings;
}
