import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ServingError } from '../errors/serving-error.js';
import { endEarly, isBodyUnread } from '../http/body/end-early.js';
import { errorBody, httpStatusOf } from './error-answer.js';
import { HTTP_STATUS, StatusError } from './status.js';

/** Answers every exception as TensorFlow Serving does, those of the guards too. */
@Catch()
export class TfServingFilter implements ExceptionFilter {
  private readonly logger = new Logger('Requests');

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const error = asKnownError(exception);
    const status = error instanceof StatusError ? HTTP_STATUS[error.code] : httpStatusOf(error.code);
    if (status === 500) this.logger.error(exception instanceof Error ? exception : String(exception));
    else if (error.cause instanceof Error) this.logger.warn(`${error.code}: ${error.cause.message}`);
    if (error instanceof ServingError && error.retryAfter !== undefined)
      response.setHeader('Retry-After', String(Math.ceil(error.retryAfter)));
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="tensornest"');
    response.status(status).setHeader('Content-Type', 'application/json');
    const payload = errorBody(error.message);
    if (isBodyUnread(request)) endEarly(request, response, payload);
    else response.end(payload);
  }
}

function asKnownError(exception: unknown): ServingError | StatusError {
  if (exception instanceof ServingError || exception instanceof StatusError) return exception;
  const sentence = "Something unexpected happened. The server's log has it under this request's id.";
  return new ServingError('INTERNAL', sentence);
}
