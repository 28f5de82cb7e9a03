import type { JsonObject } from '../../../tf-serving/json/json-value.js';
import { parseJson } from '../../../tf-serving/json/parse-json.js';
import { StatusError } from '../../../tf-serving/status.js';
import { unreadable } from '../upstream-error.js';

/** An answer's JSON with every digit of its numbers. @throws EngineError `upstream-failed` unless it is an object */
export function parseAnswer(bytes: Uint8Array): JsonObject {
  let value;
  try {
    value = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw unreadable('it is not JSON');
  }
  if (value.kind !== 'object') throw unreadable('it is not a JSON object');
  return value;
}
