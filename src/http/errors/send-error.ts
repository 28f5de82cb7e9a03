import type { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { endEarly, isBodyUnread } from '../body/end-early.js';

/** An error as a protocol writes it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly payload: string;
}

/**
 * Answers with an error, whatever the protocol, and logs what only the log may have: a 500 whole, of others the cause.
 * @param exception what was thrown, for the log
 * @param error what the client is told of it
 */
export function sendError(
  request: Request,
  response: Response,
  exception: unknown,
  error: Error & { readonly code: string },
  { status, contentType, payload }: ErrorAnswer,
  logger: Logger,
): void {
  const requestId = request.id;
  response.locals.refusal = error.code;
  if (status === 500)
    logger.error({
      requestId,
      ...(exception instanceof Error ? { err: exception } : { msg: String(exception) }),
    });
  else if (error.cause instanceof Error)
    logger.warn({ requestId, msg: `${error.code}: ${error.cause.message}` });
  if (error instanceof ServingError && error.retryAfter !== undefined)
    response.setHeader('Retry-After', String(Math.ceil(error.retryAfter)));
  if (error instanceof ServingError && error.allow) response.setHeader('Allow', error.allow.join(', '));
  if (status === 401 && !response.hasHeader('WWW-Authenticate'))
    response.setHeader('WWW-Authenticate', 'Bearer realm="tensornest"');
  response.status(status).setHeader('Content-Type', contentType);
  if (isBodyUnread(request)) endEarly(request, response, payload);
  else response.end(payload);
}

/** What a client is told of an exception that nobody expected. */
export function internalError(): ServingError {
  return new ServingError(
    'INTERNAL',
    "Something unexpected happened. The server's log has it under this request's id.",
  );
}
