import { ServingError } from '../errors/serving-error.js';

/**
 * Why a request is refused that could not be answered by its deadline.
 * @param ms how long it would take until its answer
 * @param waitingMs how long all that waits now will take
 */
export function deadlineUnreachable(ms: number, waitingMs: number): ServingError {
  const sentence =
    `This request would be answered in about ${(ms / 1000).toPrecision(2)} s, which is after its deadline. ` +
    'Try again later, or give it more time.';
  return unreachable(sentence, waitingMs);
}

/** Why one is refused that waited until it could not be answered in time any more. */
export function deadlineMissed(waitingMs: number): ServingError {
  return unreachable(
    'This request has waited too long to be answered by its deadline. Try again.',
    waitingMs,
  );
}

function unreachable(sentence: string, waitingMs: number): ServingError {
  return new ServingError('DEADLINE_UNREACHABLE', sentence, { retryAfter: retryAfter(waitingMs) });
}

/** In whole seconds, 1 or more. */
export function retryAfter(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
