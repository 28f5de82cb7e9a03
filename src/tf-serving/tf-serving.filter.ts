import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ServingError } from '../errors/serving-error.js';
import { internalError, sendError } from '../http/errors/send-error.js';
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
    const answer = { status, contentType: 'application/json', payload: errorBody(error.message) };
    sendError(request, response, exception, error, answer, this.logger);
  }
}

function asKnownError(exception: unknown): ServingError | StatusError {
  const isKnown = exception instanceof ServingError || exception instanceof StatusError;
  return isKnown ? exception : internalError();
}
