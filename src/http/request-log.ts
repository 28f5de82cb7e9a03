import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { Params } from 'nestjs-pino';
import type { Settings } from '../config/settings.js';

const REQUEST_ID = /^[\w.:+/=-]{1,128}$/;

/**
 * One line per request, with its id, route, status, key id, model and stage timings. No headers, no query, no bodies: keys
 * and pictures never get here.
 */
export function requestLog({ logLevel, logFormat }: Settings): Params {
  const pretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stdout.isTTY);
  return {
    pinoHttp: {
      level: logLevel,
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
      genReqId: (request, response) => {
        const given = request.headers['x-request-id'];
        const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
        response.setHeader('X-Request-Id', id);
        return id;
      },
      customLogLevel: (_request, response, error) => {
        if (response.statusCode >= 500 && response.statusCode !== 503 && response.statusCode !== 504)
          return 'error';
        return error || response.statusCode >= 500 ? 'warn' : 'info';
      },
      autoLogging: { ignore: ({ url = '' }) => url.startsWith('/health') || url.startsWith('/docs') },
      serializers: { req: () => undefined, res: () => undefined },
      // The filter logged the error, if it was a surprise; this line says how the request ended.
      customErrorObject: (_request, _response, _error, { responseTime }: { responseTime: number }) => ({
        responseTime,
      }),
      customSuccessMessage: sentence,
      customErrorMessage: sentence,
      customProps: (incoming, outgoing) => {
        const request = incoming as Request;
        const { locals } = outgoing as Response;
        // Asked for twice: for every line that is logged meanwhile, and for the request's own.
        if (!outgoing.headersSent) return { requestId: request.id };
        return {
          status: outgoing.statusCode,
          address: request.ip,
          ...(request.apiKey && { key: request.apiKey.id }),
          ...(locals.prediction as object | undefined),
        };
      },
    },
  };
}

function sentence(incoming: IncomingMessage, response: ServerResponse): string {
  const { method, path } = incoming as Request;
  return `${method} ${path} ${response.writableEnded ? response.statusCode : 'left by the client'}`;
}
