import type { Request, Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import type { RequestCall } from '../../turns/call.js';
import type { BodyEntry } from './body-account.js';
import type { Bodies } from './bodies.js';
import { hasBody } from './end-early.js';
import { type Compression, isCompression } from './inflate.js';
import type { JsonReader } from './json/json-reader.js';
import { readBytes } from './read-bytes.js';
import { type FormReader, makeFormReader } from './read-form.js';
import type { RequestBody } from './request-body.js';

export interface BodyLimits {
  /** Before and after decompression. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** What is left to do when all of a body is there. */
type Opened = (call: RequestCall, entry: BodyEntry) => Promise<RequestBody>;

/**
 * Reads a request's body: JSON, a multipart form, or a picture as the whole body; compressed with gzip, deflate or br, if the client likes,
 * except for forms.
 */
export class BodyReader {
  private readonly readForm: FormReader;

  constructor(
    private readonly limits: BodyLimits,
    private readonly bodies: Bodies,
    private readonly json: JsonReader,
  ) {
    this.readForm = makeFormReader(limits.maxBytes, limits.maxFiles);
  }

  /**
   * What is done while the client sends.
   * @throws ServingError BODY_UNREADABLE, BODY_TOO_LARGE, TOO_MANY_IMAGES, FIELD_INVALID or MEDIA_TYPE_UNSUPPORTED
   */
  async receive(request: Request, response: Response, entry: BodyEntry): Promise<Opened> {
    if (!hasBody(request)) return async () => ({ kind: 'none' });
    const contentType = request.headers['content-type'] ?? '';
    const type = mediaType(request);
    if (type === 'multipart/form-data') {
      const form = await this.readForm(request, response, entry);
      return async () => form;
    }
    const isJson = isJsonType(type);
    if (!isJson && !type.startsWith('image/') && type !== 'application/octet-stream') {
      const sentence = `Send application/json, multipart/form-data or image/*, not ${type || 'a body without Content-Type'}.`;
      throw new ServingError('MEDIA_TYPE_UNSUPPORTED', sentence);
    }
    const compression = compressionOf(request);
    const sent = await readBytes(request, this.limits.maxBytes, entry);
    return async (call, room) => {
      const bytes = compression ? await this.bodies.inflated(compression, sent, call, room, isJson) : sent;
      if (!isJson) return { kind: 'raw', bytes };
      const { length } = bytes;
      const onRead = (numbers: number): void => room.settle(length + numbers);
      return { kind: 'json', value: await this.json.value(bytes, contentType, call, onRead) };
    };
  }
}

/** The media type of a body, without its parameters. */
function mediaType({ headers }: Request): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

/** Whether a body is JSON, as its head says. */
export function isJsonBody(request: Request): boolean {
  return isJsonType(mediaType(request));
}

function compressionOf({ headers }: Request): Compression | null {
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return null;
  if (isCompression(encoding)) return encoding;
  throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Content-Encoding may be gzip, deflate, br or absent.');
}
