import type { Request } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import type { BodyEntry } from './body-account.js';
import { concat } from './concat.js';
import { bodyTooLarge, brokeOff } from './body-errors.js';

/** How many bytes the head announces; `undefined` where it does not say. */
export function announcedBytes({ headers }: Request): number | undefined {
  const announced = headers['content-length'];
  return announced === undefined ? undefined : Number(announced);
}

/**
 * The bytes of a request's body as they come. Whose length is announced is read into one buffer, for which there is room already.
 * @param maxBytes the most it may have
 * @throws ServingError BODY_TOO_LARGE; BODY_UNREADABLE if it broke off; QUEUE_FULL or RATE_LIMITED where there is no room for what comes
 */
export function readBytes(request: Request, maxBytes: number, entry: BodyEntry): Promise<Buffer> {
  const length = announcedBytes(request);
  if (length !== undefined && length > maxBytes) return Promise.reject(bodyTooLarge(maxBytes));
  if (request.destroyed) return Promise.reject(brokeOff()); // Its client left while it was asked who it is.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const whole = length === undefined ? undefined : Buffer.allocUnsafe(length);
    let received = 0;
    const stop = (): void => {
      request.off('data', take).off('end', end).off('close', breakOff);
    };
    const refuse = (error: unknown): void => {
      stop();
      reject(error as Error);
    };
    const take = (chunk: Buffer): void => {
      if (received + chunk.length > maxBytes) return refuse(bodyTooLarge(maxBytes));
      if (whole) chunk.copy(whole, received);
      else {
        const fault = growthFault(entry, chunk.length);
        if (fault) return refuse(fault);
        chunks.push(chunk);
      }
      received += chunk.length;
    };
    const end = (): void => {
      stop();
      resolve(whole ?? concat(chunks, received));
    };
    const breakOff = (): void => refuse(brokeOff());
    request.on('data', take).once('end', end).once('close', breakOff);
    request.once('error', ignore); // It is closed next.
  });
}

/** Takes room for bytes that nobody announced. @returns why there is none */
export function growthFault(entry: BodyEntry, bytes: number): ServingError | undefined {
  try {
    entry.grow(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ServingError) return error;
    throw error;
  }
}

function ignore(): void {}
