import { isAscii } from 'node:buffer';
import { ServingError } from '../../../errors/serving-error.js';
import { jsonDepth } from './json-depth.js';

/** Deeper JSON is refused; a tensor of rank 8 within an object needs 10. */
export const MAX_JSON_DEPTH = 32;
const BYTE_ORDER_MARK = '\ufeff';
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/**
 * Of other encodings than UTF-8 the bytes are not what is read here: UTF-16 has a quote's byte within other characters.
 * @throws ServingError MEDIA_TYPE_UNSUPPORTED
 */
export function checkCharset(contentType: string): void {
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8')
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON in UTF-8.');
}

/**
 * What JSON says; nothing at all is an empty object. Of small documents only: while it is read nobody is answered.
 * @param what is read, for the sentence that says that it is no JSON
 * @throws ServingError BODY_UNREADABLE
 */
export function readSmallJson(bytes: Buffer, what: string): unknown {
  if (bytes.length === 0) return {};
  if (jsonDepth(bytes) > MAX_JSON_DEPTH) throw tooDeep();
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    throw noJson(what, error);
  }
}

export function noJson(what: string, cause: unknown): ServingError {
  return new ServingError('BODY_UNREADABLE', `${what} is not valid JSON.`, { cause });
}

export function tooDeep(): ServingError {
  return new ServingError('BODY_UNREADABLE', `JSON may be nested ${MAX_JSON_DEPTH} deep at most.`);
}

/** ASCII, as nearly all JSON is, becomes a text of one byte a character by a copy. */
function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
