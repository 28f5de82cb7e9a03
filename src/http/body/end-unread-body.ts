import type { Request, Response } from 'express';

/** How long a client may go on sending after it was refused, in ms, so that it gets to read the answer. */
const LINGER_MS = 500;

/**
 * For an answer that leaves before the body was read: Node would read and discard the rest of it, however long. Instead the
 * connection is closed. What arrives until then is dropped unseen: closing with unread bytes would reset the connection, and
 * the client might never see the answer.
 */
export function endUnreadBody(request: Request, response: Response): void {
  if (request.complete || !hasBody(request)) return;
  response.setHeader('Connection', 'close');
  response.once('finish', () => {
    const { socket } = request;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
