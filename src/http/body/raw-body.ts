import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Request } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { bodyTooLarge } from './read-body.js';

const NOTHING = new Uint8Array();
const inflate = promisify(gunzip);

/**
 * The bytes of a request's body, whatever type it claims to have. What is compressed with gzip is inflated; where that fails, the body
 * counts as empty, as at TensorFlow Serving (`util/net_http/server/internal/evhttp_request.cc`).
 * @param maxBytes the most it may have, compressed and inflated
 * @throws ServingError BODY_TOO_LARGE; BODY_UNREADABLE if it broke off
 */
export async function readRawBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  const bytes = await collect(request, maxBytes);
  const isCompressed = request.headers['content-encoding']?.toLowerCase().includes('gzip');
  if (!isCompressed) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(maxBytes);
    return NOTHING;
  }
}

function collect(request: Request, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (): void => {
      request.off('data', take).off('end', end).off('close', breakOff);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      stop();
      reject(bodyTooLarge(maxBytes));
    };
    const end = (): void => {
      stop();
      resolve(Buffer.concat(chunks));
    };
    const breakOff = (): void => {
      stop();
      reject(new ServingError('BODY_UNREADABLE', 'The body broke off.'));
    };
    request.on('data', take).once('end', end).once('close', breakOff);
    request.once('error', () => {}); // It is closed next.
  });
}
