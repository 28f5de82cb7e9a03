import { ServingError } from '../errors/serving-error.js';
import type { ModelHandle } from '../models/model-handle.js';

/** @param wanted what the request names; `undefined`: nothing, and the model has no default */
export function noSignature(
  { name, ready: { loaded } }: ModelHandle,
  wanted: string | undefined,
): ServingError {
  const names = Object.keys(loaded.signatures).join(', ');
  const sentence =
    wanted === undefined
      ? `The model "${name}" has no default signature: name one of ${names} (?signature=…).`
      : `The model "${name}" has no signature "${wanted}"; it has ${names}.`;
  return new ServingError('FIELD_INVALID', sentence);
}
