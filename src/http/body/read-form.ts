import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError } from 'multer';
import { ServingError } from '../../errors/serving-error.js';
import { bodyTooLarge } from './read-bytes.js';
import type { UploadedFile } from './request-body.js';

export type FormReader = (request: Request, response: Response) => Promise<UploadedFile[]>;

/**
 * Makes the function that reads a multipart form of files.
 *
 * It rejects with ServingError BODY_UNREADABLE, BODY_TOO_LARGE, TOO_MANY_IMAGES, FIELD_INVALID or MEDIA_TYPE_UNSUPPORTED.
 */
export function makeFormReader(maxBytes: number, maxFiles: number): FormReader {
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
    try {
      await read(form, request, response, maxBytes);
    } catch (error) {
      throw asServingError(error, maxBytes, maxFiles);
    }
    const files = (request.files ?? []) as Express.Multer.File[];
    return files.map(({ fieldname, buffer }) => ({ field: fieldname, bytes: buffer }));
  };
}

/** Multer bounds each file but not their sum, and does not decompress. */
async function read(
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

function passThrough(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}

/** The errors of multer by their documented names. */
function asServingError(error: unknown, maxBytes: number, maxFiles: number): ServingError {
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
  return new ServingError('BODY_UNREADABLE', 'The body broke off or cannot be decoded.', { cause: error });
}
