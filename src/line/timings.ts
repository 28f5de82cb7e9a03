/**
 * How long each stage of one picture, or of one request of numbers, took, in ms, to the microsecond. The same numbers are in the answer,
 * the log and the metrics, and the stages add up to the total.
 */
export interface Timings {
  /** Reading what was sent, and from a picture's bytes to upright pixels. */
  readonly decodeMs: number;
  readonly preprocessMs: number;
  /** Waiting of any kind: for a model that rested, for a turn to be decoded, for the engine, for this process to come back to it. */
  readonly queueMs: number;
  readonly inferenceMs: number;
  /** From the model's outputs to what is sent. */
  readonly answerMs: number;
  /** From the moment the body was there until the answer was. */
  readonly totalMs: number;
}

/** What was done for a picture or a request, one stage after the other, in ms. */
export type WorkTimes = Pick<Timings, 'decodeMs' | 'preprocessMs' | 'inferenceMs' | 'answerMs'>;

/** The stages of what took `totalMs`: when nothing was done for it, it waited. */
export function timingsOf(work: WorkTimes, totalMs: number): Timings {
  const [decode, preprocess, inference, answer, total] = [
    work.decodeMs,
    work.preprocessMs,
    work.inferenceMs,
    work.answerMs,
    totalMs,
  ].map((ms) => Math.round(ms * 1000)) as [number, number, number, number, number];
  return {
    decodeMs: decode / 1000,
    preprocessMs: preprocess / 1000,
    queueMs: Math.max(0, total - decode - preprocess - inference - answer) / 1000,
    inferenceMs: inference / 1000,
    answerMs: answer / 1000,
    totalMs: total / 1000,
  };
}

/** To the microsecond, as times are sent. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
