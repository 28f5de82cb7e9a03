import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { hasBody } from './end-early.js';
import { readInflated } from './read-bytes.js';
import { makeFormReader } from './read-form.js';
import { readJson } from './read-json.js';
import type { Received } from './received.js';
import type { RequestBody } from './request-body.js';

export interface BodyLimits {
  /** After decompression. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export type BodyReader = (request: Request, response: Response) => Promise<Received>;

/**
 * Makes the function that reads a request's body: JSON, a multipart form, or a picture as the whole body;
 * compressed with gzip, deflate or br, if the client likes, except for forms.
 *
 * It rejects with ServingError BODY_UNREADABLE, BODY_TOO_LARGE, TOO_MANY_IMAGES, FIELD_INVALID or MEDIA_TYPE_UNSUPPORTED.
 */
export function makeBodyReader({ maxBytes, maxFiles }: BodyLimits): BodyReader {
  const readForm = makeFormReader(maxBytes, maxFiles);

  return async (request, response) => {
    if (!hasBody(request)) return received({ kind: 'none' });
    const contentType = request.headers['content-type'] ?? '';
    const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
    if (type.startsWith('image/') || type === 'application/octet-stream')
      return received({ kind: 'raw', bytes: await readInflated(request, maxBytes) });
    if (type === 'multipart/form-data') return received(await readForm(request, response));
    if (type === 'application/json' || type.endsWith('+json')) {
      const bytes = await readInflated(request, maxBytes);
      const arrivedAt = performance.now();
      return received({ kind: 'json', value: readJson(bytes, contentType) }, arrivedAt);
    }
    const sentence = `Send application/json, multipart/form-data or image/*, not ${type || 'a body without Content-Type'}.`;
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', sentence);
  };
}

function received(body: RequestBody, arrivedAt = performance.now()): Received {
  return { body, arrivedAt, parseMs: performance.now() - arrivedAt };
}
