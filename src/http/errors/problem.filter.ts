import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { allowedMethods } from './allowed-methods.js';
import { problemOf } from './problem.js';
import { internalError, sendError } from './send-error.js';

/** Answers every exception with a problem document; one that nobody expected is logged and told as little of as possible. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Requests');

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Terminus answers a failed health check with a body of its own, which is what its readers expect.
    if (exception instanceof HttpException && isHealthReport(exception.getResponse())) {
      response.status(exception.getStatus()).json(exception.getResponse());
      return;
    }
    const error = asServingError(exception, request);
    const problem = problemOf(error, requestIdOf(request));
    const answer = {
      status: problem.status,
      contentType: 'application/problem+json; charset=utf-8',
      payload: JSON.stringify(problem),
    };
    sendError(request, response, exception, error, answer, this.logger);
  }
}

function asServingError(exception: unknown, request: Request): ServingError {
  if (exception instanceof ServingError) return exception;
  if (exception instanceof HttpException && exception.getStatus() === 404) {
    const allow = allowedMethods(request);
    const sentence = `There is no ${request.method} ${request.path}. docs/api.md lists the routes.`;
    if (allow.length > 0)
      return new ServingError('METHOD_NOT_ALLOWED', `${sentence} This one takes ${allow.join(', ')}.`, {
        allow,
      });
    return new ServingError('ROUTE_NOT_FOUND', sentence);
  }
  if (exception instanceof HttpException && exception.getStatus() < 500) {
    return new ServingError('REQUEST_INVALID', `The request cannot be understood: ${exception.message}.`);
  }
  return internalError();
}

function isHealthReport(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'status' in body && 'details' in body;
}

function requestIdOf(request: Request): string | undefined {
  return typeof request.id === 'string' ? request.id : undefined;
}
