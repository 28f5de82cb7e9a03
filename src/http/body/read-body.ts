import express, { type Request, type RequestHandler, type Response } from 'express';
import multer, { MulterError } from 'multer';
import { ServingError } from '../../errors/serving-error.js';
import { hasBody } from './end-early.js';
import { jsonDepth } from './json-depth.js';
import type { RequestBody } from './request-body.js';

export interface BodyLimits {
  /** After decompression. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** Deeper JSON is refused before it is parsed; a tensor of rank 8 within an object needs 10. */
const MAX_JSON_DEPTH = 32;

export type BodyReader = (request: Request, response: Response) => Promise<RequestBody>;

/**
 * Makes the function that reads a request's body: JSON, a multipart form of files, or a picture as the whole body;
 * compressed with gzip, deflate or br, if the client likes, except for forms.
 *
 * It rejects with ServingError BODY_UNREADABLE, BODY_TOO_LARGE, TOO_MANY_IMAGES, FIELD_INVALID or MEDIA_TYPE_UNSUPPORTED.
 */
export function makeBodyReader({ maxBytes, maxFiles }: BodyLimits): BodyReader {
  const json = express.json({ limit: maxBytes, strict: false, type: () => true, verify: refuseDeepJson });
  const raw = express.raw({ limit: maxBytes, type: () => true });
  const form = multer({
    storage: multer.memoryStorage(),
    limits: {
      files: maxFiles,
      fileSize: maxBytes,
      fields: 0,
      parts: maxFiles,
      fieldNameSize: 100,
      headerPairs: 20,
    },
  }).any();

  return async (request, response) => {
    if (!hasBody(request)) return { kind: 'none' };
    const type = mediaTypeOf(request);
    try {
      if (type === 'multipart/form-data') {
        await readForm(form, request, response, maxBytes);
        const files = (request.files ?? []) as Express.Multer.File[];
        return {
          kind: 'files',
          files: files.map(({ fieldname, buffer }) => ({ field: fieldname, bytes: buffer })),
        };
      }
      if (type === 'application/json' || type.endsWith('+json')) {
        await passThrough(json, request, response);
        return { kind: 'json', value: request.body as unknown };
      }
      if (type.startsWith('image/') || type === 'application/octet-stream') {
        await passThrough(raw, request, response);
        return { kind: 'raw', bytes: request.body as Uint8Array };
      }
    } catch (error) {
      throw asServingError(error, maxBytes, maxFiles);
    }
    const sentence = `Send application/json, multipart/form-data or image/*, not ${type || 'a body without Content-Type'}.`;
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', sentence);
  };
}

function mediaTypeOf(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function passThrough(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Multer bounds each file but not their sum, and does not decompress. */
async function readForm(
  form: RequestHandler,
  request: Request,
  response: Response,
  maxBytes: number,
): Promise<void> {
  if (request.headers['content-encoding'] !== undefined) {
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send a multipart form without Content-Encoding.');
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  const overflow = new Promise<never>((_, reject) => {
    let received = 0;
    request.on('data', (chunk: Uint8Array) => {
      received += chunk.length;
      if (received <= maxBytes) return;
      request.unpipe();
      reject(bodyTooLarge(maxBytes));
    });
  });
  await Promise.race([passThrough(form, request, response), overflow]);
}

function refuseDeepJson(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  // Of other encodings the bytes are not what `jsonDepth` reads: UTF-16 has a quote's byte within other characters.
  if (encoding !== 'utf-8') throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON in UTF-8.');
  if (jsonDepth(body) > MAX_JSON_DEPTH) {
    throw new ServingError('BODY_UNREADABLE', `JSON may be nested ${MAX_JSON_DEPTH} deep at most.`);
  }
}

/** For a body beyond MAX_BODY_BYTES. */
export function bodyTooLarge(maxBytes: number): ServingError {
  return new ServingError(
    'BODY_TOO_LARGE',
    `The body may have ${maxBytes} bytes at most; this one has more.`,
  );
}

/** The errors of body-parser (`type`) and of multer (`code`) by their documented names. */
function asServingError(error: unknown, maxBytes: number, maxFiles: number): unknown {
  if (error instanceof ServingError) return error;
  if (error instanceof MulterError) {
    switch (error.code) {
      case 'LIMIT_FILE_SIZE':
        return bodyTooLarge(maxBytes);
      case 'LIMIT_FILE_COUNT':
      case 'LIMIT_PART_COUNT':
        return new ServingError('TOO_MANY_IMAGES', `Send ${maxFiles} pictures at most in one request.`);
      case 'LIMIT_FIELD_COUNT':
        return new ServingError(
          'FIELD_INVALID',
          'The form may hold only files; options such as topK go into the query.',
        );
      default:
        return new ServingError('BODY_UNREADABLE', 'The multipart form cannot be read.', { cause: error });
    }
  }
  const { type, cause } = error as { type?: unknown; cause?: unknown };
  if (cause instanceof ServingError) return cause;
  switch (type) {
    case 'entity.too.large':
      return bodyTooLarge(maxBytes);
    case 'entity.verify.failed':
      return new ServingError('BODY_UNREADABLE', (error as Error).message);
    case 'encoding.unsupported':
      return new ServingError(
        'MEDIA_TYPE_UNSUPPORTED',
        'Content-Encoding may be gzip, deflate, br or absent.',
      );
    case 'charset.unsupported':
      return new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON in UTF-8.');
    case 'entity.parse.failed':
      return new ServingError('BODY_UNREADABLE', 'The body is not valid JSON.', { cause: error });
    default:
      return new ServingError('BODY_UNREADABLE', 'The body broke off or cannot be decoded.', {
        cause: error,
      });
  }
}
