import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';

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
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ServingError('BODY_TIMEOUT', `The body did not arrive within ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([read(request, response), tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}
