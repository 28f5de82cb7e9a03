import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { JsonError } from '../../json/parse-error.js';
import { parseJson } from '../../json/parse-json.js';
import { StatusError } from '../status.js';
import { invalidValue } from './request-error.js';

/** The body of any request that is a POST, before its signature is looked up. */
export interface Envelope {
  /** `undefined` is the default signature; so is an empty name. */
  readonly signatureName: string | undefined;
  readonly body: JsonObject;
}

/** Throws a `StatusError` for a body that is no JSON, no object, or names its signature with anything but a string. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  try {
    return envelopeOf(parseJson(bytes));
  } catch (error) {
    throw ofJson(error);
  }
}

/** The same of a body that was read already. */
export function envelopeOf(body: JsonValue): Envelope {
  if (body.kind !== 'object') throw invalidValue(body, 'Is not object');
  const name = body.find('signature_name');
  if (name !== undefined && name.kind !== 'string') {
    throw invalidValue(body, "not formatted correctly. 'signature_name' key must be a string value.");
  }
  return { signatureName: name?.toString() || undefined, body };
}

/** What is wrong with JSON, as a client is told. */
export function ofJson(error: unknown): unknown {
  return error instanceof JsonError ? new StatusError('INVALID_ARGUMENT', error.message) : error;
}
