import { excerpt } from '../../json/excerpt.js';
import type { JsonValue } from '../../json/json-value.js';
import { StatusError } from '../status.js';

export function invalidArgument(message: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', message);
}

/** `JSON Value: … <what is wrong with it>`. */
export function invalidValue(value: JsonValue, fault: string): StatusError {
  return invalidArgument(`JSON Value: ${excerpt(value)} ${fault}`);
}
