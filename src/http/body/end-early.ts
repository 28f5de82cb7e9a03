import type { Request, Response } from 'express';

/** How long a client may go on sending after it was refused, in ms: time enough to read the answer. */
const LINGER_MS = 1000;
/** How long nothing is read between two pieces of what is discarded, in ms: whoever sends much is slowed, not read as fast as it can send. */
const PAUSE_MS = 10;

/**
 * Sends an answer that leaves before the body was read, and closes the connection. Node would either read and discard the rest
 * of the body, however long, or close at once, which resets the connection: a client that is still sending might never see
 * the answer. So the answer goes out whole, what arrives is discarded for a moment, and then the connection is closed.
 */
export function endEarly(request: Request, response: Response, payload: string): void {
  response.setHeader('Connection', 'close');
  response.setHeader('Content-Length', Buffer.byteLength(payload));
  response.write(payload);
  let pause: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    clearTimeout(pause);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('close', end);
  request.unpipe();
  request.on('data', () => {
    request.pause();
    pause = setTimeout(() => request.resume(), PAUSE_MS);
  });
  request.resume();
}

/** Whether the client has, or may have, more of a body to send. */
export function isBodyUnread(request: Request): boolean {
  return !request.complete && hasBody(request);
}

/** Whether the head announces a body that is not empty (RFC 9112, section 6.3). */
export function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
