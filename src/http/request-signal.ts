import type { Response } from 'express';
import { ServingError } from '../errors/serving-error.js';

/**
 * Aborts when the client has left or `timeoutMs` are over, with the ServingError (CANCELLED, DEADLINE_EXCEEDED) as its reason.
 * Its timer and listener are gone once the answer is sent.
 */
export function requestSignal(response: Response, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const sentence = `The prediction was not ready within ${timeoutMs} ms. Try again when the server is less busy.`;
    controller.abort(new ServingError('DEADLINE_EXCEEDED', sentence));
  }, timeoutMs);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableEnded) controller.abort(new ServingError('CANCELLED', 'The client left.'));
  });
  return controller.signal;
}
