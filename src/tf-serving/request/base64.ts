import { type Base64Rules, decodeBase64Steps } from '../../json/base64.js';
import { JsonObject, JsonString, type JsonValue } from '../../json/json-value.js';
import { atOnce, type Steps } from '../../turns/slices.js';
import { invalidArgument, invalidValue } from './request-error.js';

/** Of `absl::Base64Unescape`. */
const RULES: Base64Rules = { spaces: [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d], pads: [0x3d, 0x2e] };

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
export function* readBase64(value: JsonObject): Steps<Uint8Array> {
  if (!isBase64Object(value)) throw invalidValue(value, 'not formatted correctly for base64 data');
  const bytes = yield* decodeBase64Steps(value.values[0].bytes, RULES);
  if (bytes === undefined) throw invalidArgument('Unable to base64 decode');
  return bytes;
}

/**
 * The bytes that base64 text stands for, by the rules of `absl::Base64Unescape`: the standard alphabet, whitespace anywhere,
 * padding right or left out, and `.` for `=`. `null` for any other text.
 */
export function decodeBase64(text: Uint8Array): Uint8Array | null {
  return atOnce(decodeBase64Steps(text, RULES)) ?? null;
}
