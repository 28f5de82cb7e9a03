import type { JsonObject } from '../../../json/json-value.js';
import { parseJson } from '../../../json/parse-json.js';
import { JsonError } from '../../../json/parse-error.js';
import { unreadable } from '../upstream-error.js';

/** An answer's JSON with every digit of its numbers. @throws EngineError `upstream-failed` unless it is an object */
export function parseAnswer(bytes: Uint8Array): JsonObject {
  let value;
  try {
    value = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw unreadable('it is not JSON');
  }
  if (value.kind !== 'object') throw unreadable('it is not a JSON object');
  return value;
}
