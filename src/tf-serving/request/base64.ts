import { JsonObject, JsonString, type JsonValue } from '../../json/json-value.js';
import { invalidArgument, invalidValue } from './request-error.js';

/** `{"b64": "…"}` with nothing else in it: bytes rather than an object. */
export type Base64Object = JsonObject & { readonly values: readonly [JsonString] };

export function isBase64Object(value: JsonValue): value is Base64Object {
  return (
    value.kind === 'object' &&
    value.names.length === 1 &&
    value.names[0] === 'b64' &&
    value.values[0]!.kind === 'string'
  );
}

/** The bytes of `{"b64": "…"}`. */
export function readBase64(value: JsonObject): Uint8Array {
  if (!isBase64Object(value)) throw invalidValue(value, 'not formatted correctly for base64 data');
  const bytes = decodeBase64(value.values[0].bytes);
  if (bytes === null) throw invalidArgument('Unable to base64 decode');
  return bytes;
}

const EQUALS = 0x3d;
const POINT = 0x2e;

/**
 * The bytes that base64 text stands for, by the rules of `absl::Base64Unescape`: the standard alphabet, whitespace anywhere,
 * padding right or left out, and `.` for `=`. `null` for any other text.
 */
export function decodeBase64(text: Uint8Array): Uint8Array | null {
  return (
    decodeDense(text) ?? decodeDense(text.filter((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d)))
  );
}

/** Of text without whitespace. */
function decodeDense(text: Uint8Array): Uint8Array | null {
  let length = text.length;
  while (length > 0 && (text[length - 1] === EQUALS || text[length - 1] === POINT)) length--;
  const padding = text.length - length;
  if (length % 4 === 1 || (padding !== 0 && padding !== (4 - (length % 4)) % 4)) return null;
  const digits = Buffer.from(text.buffer, text.byteOffset, length);
  if (digits.includes('-') || digits.includes('_')) return null;
  const bytes = Buffer.from(digits.toString('latin1'), 'base64');
  // Node leaves out what is not of the alphabet; then there are too few bytes.
  return bytes.length === (length * 6) >> 3 ? bytes : null;
}
