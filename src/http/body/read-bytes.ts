import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Request } from 'express';
import { ServingError } from '../../errors/serving-error.js';

const INFLATE = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/**
 * The bytes of a request's body as they come. Whose length is announced is read into one buffer.
 * @param maxBytes the most it may have
 * @throws ServingError BODY_TOO_LARGE; BODY_UNREADABLE if it broke off
 */
export function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = request.headers['content-length'];
  const length = announced === undefined ? undefined : Number(announced);
  if (length !== undefined && length > maxBytes) return Promise.reject(bodyTooLarge(maxBytes));
  if (request.destroyed) return Promise.reject(brokeOff()); // Its client left while it was asked who it is.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const whole = length === undefined ? undefined : Buffer.allocUnsafe(length);
    let received = 0;
    const stop = (): void => {
      request.off('data', take).off('end', end).off('close', breakOff);
    };
    const take = (chunk: Buffer): void => {
      if (received + chunk.length > maxBytes) {
        stop();
        reject(bodyTooLarge(maxBytes));
        return;
      }
      if (whole) chunk.copy(whole, received);
      else chunks.push(chunk);
      received += chunk.length;
    };
    const end = (): void => {
      stop();
      resolve(whole ?? Buffer.concat(chunks, received));
    };
    const breakOff = (): void => {
      stop();
      reject(brokeOff());
    };
    request.on('data', take).once('end', end).once('close', breakOff);
    request.once('error', ignore); // It is closed next.
  });
}

function brokeOff(): ServingError {
  return new ServingError('BODY_UNREADABLE', 'The body broke off or cannot be decoded.');
}

function ignore(): void {}

/**
 * The same, inflated where it is compressed.
 * @param maxBytes the most it may have, compressed and inflated
 * @throws ServingError MEDIA_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function readInflated(request: Request, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return readBytes(request, maxBytes);
  if (!isCompression(encoding)) {
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Content-Encoding may be gzip, deflate, br or absent.');
  }
  const bytes = await readBytes(request, maxBytes);
  try {
    return await INFLATE[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(maxBytes);
    throw new ServingError('BODY_UNREADABLE', 'The body broke off or cannot be decoded.', { cause: error });
  }
}

function isCompression(encoding: string): encoding is keyof typeof INFLATE {
  return Object.hasOwn(INFLATE, encoding);
}

/** For a body beyond MAX_BODY_BYTES. */
export function bodyTooLarge(maxBytes: number): ServingError {
  return new ServingError(
    'BODY_TOO_LARGE',
    `The body may have ${maxBytes} bytes at most; this one has more.`,
  );
}
