import { errors } from 'undici';
import { EngineError, type EngineErrorKind } from '../engine.js';
import type { UpstreamAnswer } from './upstream-message.js';

/** No connection to a server stands, so that nothing was sent. */
export class ConnectFailure extends Error {
  constructor(cause: Error) {
    super('There is no connection to the remote server.', { cause });
    this.name = 'ConnectFailure';
  }
}

/** The time for an answer is up. */
export class Overtime extends Error {
  constructor(ms: number) {
    super(`The remote server did not answer within ${ms} ms.`);
    this.name = 'Overtime';
  }
}

/** An error of a remote engine; its message may be told to clients, so addresses are only in the cause, for the log. */
export function upstreamError(kind: EngineErrorKind, message: string, cause?: unknown): EngineError {
  const error = new EngineError(kind, message);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** What kept an answer from coming, in the words of the contract; a surprise as it is. */
export function transportError(error: unknown): unknown {
  if (error instanceof Overtime) return upstreamError('upstream-timeout', error.message);
  if (error instanceof ConnectFailure) {
    const message = `The remote server cannot be reached${codeOf(error.cause)}.`;
    return upstreamError('upstream-unavailable', message, error.cause);
  }
  if (error instanceof errors.HTTPParserError)
    return upstreamError('upstream-failed', "The remote server's answer is not HTTP.", error);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error; // Neither the system's nor the client's.
  const message =
    BROKEN_ANSWERS[code] ??
    `The connection to the remote server broke before its answer was whole (${code}).`;
  return upstreamError('upstream-failed', message, error);
}

const BROKEN_ANSWERS: Readonly<Record<string, string | undefined>> = {
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "The remote server's answer is too large.",
  UND_ERR_HEADERS_OVERFLOW: "The headers of the remote server's answer are too large.",
};

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? ` (${code})` : '';
}

/** The error that an answer is; `undefined` for one that went well. */
export function answeredError({ status, headers, body }: UpstreamAnswer): EngineError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = messageIn(body, headers['content-type']);
  const message = `The remote server answered ${status}${said === '' ? '.' : `: ${said}`}`;
  return upstreamError(KINDS[status] ?? 'upstream-failed', message);
}

const KINDS: Readonly<Record<number, EngineErrorKind | undefined>> = {
  400: 'input',
  413: 'input',
  422: 'input',
  429: 'upstream-unavailable',
  503: 'upstream-unavailable',
  504: 'upstream-timeout',
};

const LONGEST_MESSAGE = 300;

/** What a server says of its error, on one line; empty where it says nothing that is meant for readers. */
function messageIn(body: Uint8Array, contentType: unknown): string {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 65_536)).toString('utf8');
  const type = String(contentType);
  const said =
    /\bjson\b/.test(type) || /^\s*\{/.test(text) ? errorIn(text) : type.startsWith('text/plain') ? text : '';
  // Unicode's control, format and line-breaking characters would let an answer forge a line of a log.
  const line = said.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  const letters = Array.from(line); // Code points, so that the cut leaves none in halves.
  return letters.length > LONGEST_MESSAGE ? `${letters.slice(0, LONGEST_MESSAGE - 1).join('')}…` : line;
}

/** `error` of both protocols; `detail` of servers made with FastAPI, a text or a list of what is wrong where. */
function errorIn(text: string): string {
  try {
    const { error, detail } = JSON.parse(text) as { error?: unknown; detail?: unknown };
    const said = error ?? detail ?? '';
    return typeof said === 'string' ? said : JSON.stringify(said);
  } catch {
    return '';
  }
}

/** An answer that is not what the protocol says. @param what in the words that follow "The remote server's answer cannot be read: " */
export function unreadable(what: string): EngineError {
  return upstreamError('upstream-failed', `The remote server's answer cannot be read: ${what}.`);
}

/** The object of a short answer about the server or a model. @throws EngineError `upstream-failed` */
export function jsonObject({ body }: Pick<UpstreamAnswer, 'body'>): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw unreadable('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable('it is not a JSON object');
  return value as Record<string, unknown>;
}
