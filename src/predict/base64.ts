import { ServingError } from '../errors/serving-error.js';
import { type Base64Rules, decodeBase64Steps } from '../json/base64.js';
import { atOnce, type Steps } from '../turns/slices.js';

/** Line breaks are allowed. */
const RULES: Base64Rules = { spaces: [0x0a, 0x0d], pads: [0x3d] };
const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,/i;

/**
 * The bytes of a picture as JSON carries it: base64 (RFC 4648 §4, line breaks allowed), alone or as a data URL.
 * @throws ServingError IMAGE_MISSING, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export function* pictureSteps(text: string): Steps<Uint8Array> {
  const bytes = yield* bytesOfBase64(withoutDataUrl(text));
  if (!bytes) throw new ServingError('IMAGE_UNREADABLE', 'The picture is not valid base64, or it broke off.');
  if (bytes.length === 0) throw new ServingError('IMAGE_MISSING', 'The picture is an empty text.');
  return bytes;
}

/** The same of a picture that is small. */
export function decodeBase64(text: string): Uint8Array {
  return atOnce(pictureSteps(text));
}

/** The bytes of base64 (RFC 4648 §4, line breaks allowed); `undefined` for any other text. */
export function bytesOfBase64(text: string): Steps<Uint8Array | undefined> {
  return decodeBase64Steps(text, RULES);
}

/** `{"b64": "…"}`, as JSON carries bytes where a text could stand as well. */
export function isBytesObject(value: unknown): value is { readonly b64: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (!Object.hasOwn(value, 'b64') || typeof (value as { b64: unknown }).b64 !== 'string') return false;
  return Object.keys(value).length === 1;
}

function withoutDataUrl(text: string): string {
  if (text.slice(0, 5).toLowerCase() !== 'data:') return text;
  // The head of a data URL is short; the expression must not wander through megabytes of base64.
  const [head, type = '', isBase64] = DATA_URL.exec(text.slice(0, 256)) ?? [];
  if (head === undefined || isBase64 === undefined) {
    throw new ServingError('IMAGE_UNREADABLE', 'A data URL must look like data:image/png;base64,….');
  }
  if (!type.toLowerCase().startsWith('image/')) {
    throw new ServingError(
      'IMAGE_UNSUPPORTED',
      `A data URL must be of an image, not of ${type || 'text/plain'}.`,
    );
  }
  return text.slice(head.length);
}
