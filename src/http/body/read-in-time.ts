import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';

/** After how long without a byte a client counts as stalled, in ms. */
const STALLED_MS = 10_000;

/**
 * Lets `read` read a request's body, once the guards have said yes: whoever asked whether to send (see `create-app.ts`) gets the answer
 * here.
 * @throws ServingError BODY_TIMEOUT, and what `read` throws
 */
export async function readInTime<T>(
  read: (request: Request, response: Response) => Promise<T>,
  request: Request,
  response: Response,
  timeoutMs: number,
): Promise<T> {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ServingError('BODY_TIMEOUT', `The body did not arrive within ${timeoutMs} ms.`));
    }, timeoutMs);
    let before = request.socket.bytesRead;
    watch = setInterval(() => {
      const now = request.socket.bytesRead;
      if (now === before)
        reject(new ServingError('BODY_TIMEOUT', `Nothing of the body arrived for ${STALLED_MS} ms.`));
      before = now;
    }, STALLED_MS);
  });
  try {
    return await Promise.race([read(request, response), tooSlow]);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}
