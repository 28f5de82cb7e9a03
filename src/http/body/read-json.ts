import { isAscii } from 'node:buffer';
import { ServingError } from '../../errors/serving-error.js';
import { jsonDepth } from './json-depth.js';

/** Deeper JSON is refused before it is parsed; a tensor of rank 8 within an object needs 10. */
const MAX_JSON_DEPTH = 32;
const BYTE_ORDER_MARK = '\ufeff';
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/**
 * What JSON says; nothing at all is an empty object.
 * @param contentType the header: of other encodings than UTF-8 the bytes are not what `jsonDepth` reads, since UTF-16 has a quote's byte
 * within other characters
 * @param what is read, for the sentence that says that it is no JSON
 * @throws ServingError MEDIA_TYPE_UNSUPPORTED, BODY_UNREADABLE
 */
export function readJson(bytes: Buffer, contentType: string, what = 'The body'): unknown {
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8')
    throw new ServingError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON in UTF-8.');
  if (bytes.length === 0) return {};
  if (jsonDepth(bytes) > MAX_JSON_DEPTH)
    throw new ServingError('BODY_UNREADABLE', `JSON may be nested ${MAX_JSON_DEPTH} deep at most.`);
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    throw new ServingError('BODY_UNREADABLE', `${what} is not valid JSON.`, { cause: error });
  }
}

/** ASCII, as nearly all JSON is, becomes a text of one byte a character by a copy. */
function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
