import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { endEarly, hasBody, isBodyUnread } from '../body/end-early.js';
import { announcedBytes } from '../body/read-bytes.js';
import { type Problem, problemOf } from '../errors/problem.js';

const CONTENT_TYPE = 'application/problem+json; charset=utf-8';
/** So many bytes of a body that nobody asked for are read and forgotten, as clients send `{}` with a GET. */
const IGNORED_BYTES = 64 * 2 ** 10;
const logger = new Logger('Requests');

/** What is wrong with a request that Node's parser refuses, by the code of its error. */
const FAULTS: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions of the body are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};
const MALFORMED = [400, 'The request is not HTTP.'] as const;

/** Has whatever a server of Node answers by itself be a problem document with a request id, and in the log. */
export function answerServerFaults(server: Server): void {
  const latest = new WeakMap<Socket, ServerResponse>();
  server.prependListener('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // What was begun to be answered cannot be answered otherwise, and who has left cannot be told.
    if (!socket.writable || error.code === 'ECONNRESET' || isHalfSent(latest.get(socket))) {
      socket.destroy();
      return;
    }
    const [status, sentence] = FAULTS[error.code ?? ''] ?? MALFORMED;
    socket.end(rawAnswer(status, sentence));
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const sentence = 'Of the header Expect only 100-continue is understood.';
    answer(request as Request, response as Response, problem(417, sentence));
  });
}

/** Answers requests that no route may see: without `Host`, or with a body where none is taken, which is not read. */
export function answerOddRequests(request: Request, response: Response, next: NextFunction): void {
  if (request.headers.host === undefined && request.httpVersion === '1.1')
    return answer(request, response, problem(400, 'The request has no header Host.'));
  if (request.method !== 'POST' && hasBody(request) && !(announcedBytes(request)! <= IGNORED_BYTES)) {
    const error = new ServingError('BODY_TOO_LARGE', `A ${request.method} takes no body. Send none.`);
    return answer(request, response, problemOf(error, randomUUID()));
  }
  next();
}

/** The answer to a connection that is not taken. */
export function rawAnswer(status: number, sentence: string): string {
  const body = JSON.stringify(told(problem(status, sentence)));
  const { requestId } = JSON.parse(body) as Problem;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...(status === 429 || status === 503 ? ['Retry-After: 1'] : []),
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function isHalfSent(response: ServerResponse | undefined): boolean {
  return response !== undefined && response.headersSent && !response.writableFinished;
}

function answer(request: Request, response: Response, what: Problem): void {
  const payload = JSON.stringify(told(what));
  response.statusCode = what.status;
  response.setHeader('Content-Type', CONTENT_TYPE);
  response.setHeader('X-Request-Id', what.requestId!);
  if (isBodyUnread(request)) endEarly(request, response, payload);
  else response.end(payload);
}

function problem(status: number, sentence: string): Problem {
  const error = new ServingError('REQUEST_INVALID', sentence);
  return { ...problemOf(error, randomUUID()), title: STATUS_CODES[status]!, status };
}

function told(what: Problem): Problem {
  logger.log({ requestId: what.requestId, msg: `${what.status} ${what.code}: ${what.detail}` });
  return what;
}
