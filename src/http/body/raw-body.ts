import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Request } from 'express';
import { bodyTooLarge, readBytes } from './read-bytes.js';

const NOTHING = new Uint8Array();
const inflate = promisify(gunzip);

/**
 * The bytes of a request's body, whatever type it claims to have. What is compressed with gzip is inflated; where that fails, the body
 * counts as empty, as at TensorFlow Serving (`util/net_http/server/internal/evhttp_request.cc`).
 * @param maxBytes the most it may have, compressed and inflated
 * @throws ServingError BODY_TOO_LARGE; BODY_UNREADABLE if it broke off
 */
export async function readRawBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readBytes(request, maxBytes);
  const isCompressed = request.headers['content-encoding']?.toLowerCase().includes('gzip');
  if (!isCompressed) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(maxBytes);
    return NOTHING;
  }
}
