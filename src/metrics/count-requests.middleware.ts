import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Metrics } from './metrics.js';

/** Counts every answer under its route's pattern: under its path, each stranger could make a new time series. */
@Injectable()
export class CountRequests implements NestMiddleware {
  constructor(private readonly metrics: Metrics) {}

  use(request: Request, response: Response, next: NextFunction): void {
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      this.metrics.requests.inc({ method: request.method, route, status: response.statusCode });
    });
    next();
  }
}
