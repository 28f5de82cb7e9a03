import { ServingError } from '../errors/serving-error.js';

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,/i;

/**
 * The bytes of a picture as JSON carries it: base64 (RFC 4648 §4, line breaks allowed), alone or as a data URL.
 * @throws ServingError IMAGE_MISSING, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export function decodeBase64(text: string): Uint8Array {
  const bytes = bytesOfBase64(withoutDataUrl(text));
  if (!bytes) throw new ServingError('IMAGE_UNREADABLE', 'The picture is not valid base64, or it broke off.');
  if (bytes.length === 0) throw new ServingError('IMAGE_MISSING', 'The picture is an empty text.');
  return bytes;
}

/** The bytes of base64 (RFC 4648 §4, line breaks allowed); `undefined` for any other text. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const base64 = /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, '') : text;
  if (!isWhole(base64) || base64.includes('-') || base64.includes('_')) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  // Node leaves out what is not of the alphabet; then there are too few bytes.
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return bytes.length === Math.floor(((base64.length - padding) * 3) / 4) ? bytes : undefined;
}

/** `{"b64": "…"}`, as JSON carries bytes where a text could stand as well. */
export function isBytesObject(value: unknown): value is { readonly b64: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [[name, text] = [], another] = Object.entries(value);
  return name === 'b64' && typeof text === 'string' && !another;
}

/** Every four digits are three bytes; a rest of two or three may be padded to four. */
function isWhole(base64: string): boolean {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length - padding) % 4 !== 1 && (padding === 0 || base64.length % 4 === 0);
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
