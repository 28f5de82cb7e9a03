import { ServingError } from '../errors/serving-error.js';
import type { Priority, RequestCall } from './call.js';

/** A call, and its end. */
export interface OpenCall {
  readonly call: RequestCall;
  /** Is to be called once the connection has done with the request. @param isAnswered if not, its client has left */
  close(isAnswered: boolean): void;
}

/**
 * Its signal aborts when the client has left or `timeoutMs` are over, with the ServingError (CANCELLED, DEADLINE_EXCEEDED) as its reason; its
 * timer is gone once it is closed.
 * @param arrivedAt when the body was there, in ms of `performance.now()`: from then on the time counts
 */
export function openCall(
  caller: string,
  priority: Priority = 'normal',
  timeoutMs: number,
  arrivedAt: number,
): OpenCall {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const sentence = `The answer was not ready within ${timeoutMs} ms. Try again when the server is less busy.`;
    controller.abort(new ServingError('DEADLINE_EXCEEDED', sentence));
  }, timeoutMs);
  return {
    call: { signal: controller.signal, deadline: arrivedAt + timeoutMs, caller, priority, arrivedAt },
    close: (isAnswered) => {
      clearTimeout(timer);
      if (!isAnswered) controller.abort(new ServingError('CANCELLED', 'The client left.'));
    },
  };
}
