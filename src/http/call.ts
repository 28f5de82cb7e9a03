import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import type { RequestCall } from '../turns/call.js';
import { openCall } from '../turns/open-call.js';
import { invalid } from './errors/invalid.js';
import { callerIdentity } from '../access/limits/caller-address.js';

/** How long a client gives its request, in ms. */
export const TIMEOUT_HEADER = 'X-Timeout-Ms';

/**
 * How long a request may take once its body is there, in ms: what its client says, or the most that is allowed.
 * @param most REQUEST_TIMEOUT_MS
 * @throws ServingError FIELD_INVALID
 */
export function timeoutOf(headers: IncomingHttpHeaders, most: number): number {
  const given = headers['x-timeout-ms'];
  if (given === undefined) return most;
  const ms = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (ms >= 1 && ms <= most) return ms;
  const message = `must be a whole number from 1 to ${most}: how many milliseconds the answer may take`;
  throw invalid([{ field: TIMEOUT_HEADER, message }]);
}

/**
 * What the stages know of a request, until its answer is sent or its client has left.
 * @param arrivedAt when the body was there: from then on the time counts
 */
export function callOf(
  request: Request,
  response: Response,
  timeoutMs: number,
  arrivedAt = performance.now(),
): RequestCall {
  const { apiKey } = request;
  const { call, close } = openCall(callerIdentity(request), apiKey?.priority, timeoutMs, arrivedAt);
  response.once('close', () => close(response.writableEnded));
  return call;
}
