import { inSlices, type Steps } from '../../turns/slices.js';

/** Pieces of a body as one; of tens of MiB that takes tens of ms, most of it for fresh memory, in which others are answered. */
export function concat(pieces: readonly Buffer[], length: number, signal?: AbortSignal): Promise<Buffer> {
  return inSlices(concatSteps(pieces, length), signal);
}

function* concatSteps(pieces: readonly Buffer[], length: number): Steps<Buffer> {
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    at += piece.copy(whole, at);
    yield;
  }
  return whole;
}
