import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { type Params, PinoLogger } from 'nestjs-pino';
import type { Settings } from '../config/settings.js';
import { withoutKeys } from './without-keys.js';

/** The status of a request whose client left before it was answered; nobody reads it but the log. */
const LEFT = 499;

const REQUEST_ID = /^[\w.:+/=-]{1,128}$/;

/** How the log is written. Of requests it has what `LogRequests` writes: the middleware of pino-http is not used. */
export function requestLog({ logLevel, logFormat }: Settings): Params {
  const pretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stdout.isTTY);
  return {
    forRoutes: [],
    pinoHttp: {
      level: logLevel,
      ...(cluster.worker && { base: { pid: process.pid, hostname: hostname(), worker: cluster.worker.id } }),
      ...(pretty && {
        transport: {
          target: 'pino-pretty',
          options: {
            translateTime: 'SYS:HH:MM:ss',
            ignore: 'pid,hostname,context',
            singleLine: true,
            messageFormat: '{if context}[{context}] {end}{msg}',
          },
        },
      }),
    },
  };
}

/**
 * Gives every request an id and writes one line when it has ended: its id, method, path, status, the code of a refusal, key id, model and
 * stage timings. No headers, no query, no bodies, and no key that was put into the path: keys and pictures never get here.
 *
 * A logger for each request, and Node's way to find it from anywhere, would cost more than all the rest of the log: who logs something
 * of a request says its id (`errors/send-error.ts`).
 */
@Injectable()
export class LogRequests implements NestMiddleware {
  constructor(private readonly log: PinoLogger) {}

  use(request: Request, response: Response, next: NextFunction): void {
    const given = request.headers['x-request-id'];
    const isUsable = typeof given === 'string' && REQUEST_ID.test(given) && withoutKeys(given) === given;
    const id = isUsable ? given : randomUUID();
    request.id = id;
    response.setHeader('X-Request-Id', id);
    const { originalUrl } = request;
    if (!originalUrl.startsWith('/health')) {
      const began = Date.now();
      response.once('close', () => this.write(request, response, Date.now() - began));
    }
    next();
  }

  private write(request: Request, response: Response, responseTime: number): void {
    const { method, apiKey } = request;
    if (response.statusCode < 400 && request.originalUrl.startsWith('/docs')) return;
    const path = withoutKeys(request.originalUrl.split(/[?#]/, 1)[0]!);
    // A refusal is written before its client has sent the whole body, and ended when the client, which has read it, closes.
    const refusal = response.locals.refusal as string | undefined;
    const isAnswered = response.writableEnded || refusal !== undefined;
    const status = isAnswered ? response.statusCode : LEFT;
    const code = isAnswered ? refusal : 'CANCELLED';
    const line = {
      requestId: request.id,
      method,
      path,
      status,
      ...(code !== undefined && { code }),
      address: request.ip,
      ...(apiKey && { key: apiKey.id }),
      ...(response.locals.prediction as object | undefined),
      responseTime,
    };
    this.log.logger[levelOf(status)](
      line,
      `${method} ${path} ${code === 'CANCELLED' ? 'left by the client' : [status, code].filter(Boolean).join(' ')}`,
    );
  }
}

/** A full queue and a deadline are what they are; other errors of the server are somebody's business. */
function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status < 500) return 'info';
  return status === 503 || status === 504 ? 'warn' : 'error';
}
