import type { Request, Response } from 'express';
import { ServingError } from '../errors/serving-error.js';
import type { RequestCall } from '../turns/call.js';
import { invalid } from './errors/invalid.js';
import { callerIdentity } from './rate-limit/caller-address.js';

/** How long a client gives its request, in ms. */
export const TIMEOUT_HEADER = 'X-Timeout-Ms';

/**
 * How long a request may take once its body is there, in ms: what its client says, or the most that is allowed.
 * @param most REQUEST_TIMEOUT_MS
 * @throws ServingError FIELD_INVALID
 */
export function timeoutOf({ headers }: Pick<Request, 'headers'>, most: number): number {
  const given = headers['x-timeout-ms'];
  if (given === undefined) return most;
  const ms = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (ms >= 1 && ms <= most) return ms;
  const message = `must be a whole number from 1 to ${most}: how many milliseconds the answer may take`;
  throw invalid([{ field: TIMEOUT_HEADER, message }]);
}

/**
 * What the stages know of a request. Its signal aborts when the client has left or `timeoutMs` are over, with the ServingError (CANCELLED,
 * DEADLINE_EXCEEDED) as its reason; its timer and listener are gone once the answer is sent.
 * @param arrivedAt when the body was there: from then on the time counts
 */
export function callOf(
  request: Request,
  response: Response,
  timeoutMs: number,
  arrivedAt = performance.now(),
): RequestCall {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const sentence = `The answer was not ready within ${timeoutMs} ms. Try again when the server is less busy.`;
    controller.abort(new ServingError('DEADLINE_EXCEEDED', sentence));
  }, timeoutMs);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableEnded) controller.abort(new ServingError('CANCELLED', 'The client left.'));
  });
  return {
    signal: controller.signal,
    deadline: arrivedAt + timeoutMs,
    caller: callerIdentity(request),
    priority: request.apiKey?.priority ?? 'normal',
    arrivedAt,
  };
}
