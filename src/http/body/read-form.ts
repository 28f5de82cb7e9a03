import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { ServingError } from '../../errors/serving-error.js';
import type { BodyEntry } from './body-account.js';
import { concat } from './concat.js';
import { bodyTooLarge, brokeOff } from './body-errors.js';
import { announcedBytes, growthFault } from './read-bytes.js';
import type { Form, TextField } from './request-body.js';

export type FormReader = (request: Request, response: Response, entry: BodyEntry) => Promise<Form>;

/** As multer's own `memoryStorage`, which joins the pieces of a file in one go. */
const inMemory: StorageEngine = {
  _handleFile(_request, { stream }, done) {
    const pieces: Buffer[] = [];
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
    });
    stream.once('error', done);
    const join = async (): Promise<void> => done(null, { buffer: await concat(pieces, size), size });
    stream.once('end', () => void join());
  },
  _removeFile(_request, _file, done) {
    done(null);
  },
};

/** More texts than any form has a use for: so that a refusal can name those that came. */
const MAX_TEXTS = 16;

/**
 * Makes the function that reads a multipart form.
 *
 * It rejects with ServingError BODY_UNREADABLE, BODY_TOO_LARGE, TOO_MANY_IMAGES, FIELD_INVALID or MEDIA_TYPE_UNSUPPORTED.
 */
export function makeFormReader(maxBytes: number, maxFiles: number): FormReader {
  const form = multer({
    storage: inMemory,
    limits: {
      files: maxFiles + 1, // One for other inputs beside the pictures.
      fileSize: maxBytes,
      fields: MAX_TEXTS,
      fieldSize: maxBytes,
      parts: maxFiles + 1 + MAX_TEXTS,
      fieldNameSize: 100,
      headerPairs: 20,
    },
  }).any();

  return async (request, response, entry) => {
    try {
      await read(form, request, response, entry, maxBytes);
    } catch (error) {
      throw asServingError(error, maxBytes, maxFiles);
    }
    const files = (request.files ?? []) as Express.Multer.File[];
    return {
      kind: 'form',
      files: files.map(({ fieldname, buffer }) => ({ field: fieldname, bytes: buffer })),
      texts: textsOf(request.body),
    };
  };
}

/** Multer makes lists of fields that come again, and objects of names with brackets, whose texts nobody reads. */
function textsOf(body: unknown): TextField[] {
  return Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value]).map((text: unknown) => ({
      field,
      text: typeof text === 'string' ? text : '',
    })),
  );
}

/** Multer bounds each file but not their sum, and does not decompress. */
async function read(
  form: RequestHandler,
  request: Request,
  response: Response,
  entry: BodyEntry,
  maxBytes: number,
): Promise<void> {
  if (request.headers['content-encoding'] !== undefined) {
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send a multipart form without Content-Encoding.');
  }
  const overflow = new Promise<never>((_, reject) => {
    let received = 0;
    request.on('data', (chunk: Uint8Array) => {
      received += chunk.length;
      const isCounted = received <= maxBytes && announcedBytes(request) !== undefined;
      const fault =
        received > maxBytes ? bodyTooLarge(maxBytes) : !isCounted && growthFault(entry, chunk.length);
      if (!fault) return;
      request.unpipe();
      reject(fault);
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
      case 'LIMIT_FIELD_VALUE':
        return bodyTooLarge(maxBytes);
      case 'LIMIT_FILE_COUNT':
      case 'LIMIT_PART_COUNT':
        return new ServingError('TOO_MANY_IMAGES', `Send ${maxFiles} pictures at most in one request.`);
      case 'LIMIT_FIELD_COUNT':
      case 'LIMIT_FIELD_KEY':
        return new ServingError(
          'FIELD_INVALID',
          'The form may hold files "image" and a field "inputs"; options such as topK go into the query.',
        );
      default:
        return new ServingError('BODY_UNREADABLE', 'The multipart form cannot be read.', { cause: error });
    }
  }
  return brokeOff(error);
}
