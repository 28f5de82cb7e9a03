import type { JsonValue } from '../../json/json-value.js';
import type { Steps } from '../../turns/slices.js';
import { isBase64Object, readBase64 } from './base64.js';
import { invalidArgument } from './request-error.js';
import type { StatusError } from '../status.js';

/** Encoded pictures (their bytes are not looked at here) where a request could have given pixels. */
export interface Pictures {
  readonly kind: 'pictures';
  readonly bytes: readonly Uint8Array[];
  /** Whether they stand for a tensor with a batch dimension: not if there is but one, outside of a list. */
  readonly batched: boolean;
}

export function mixedInput(name: string): StatusError {
  return invalidArgument(
    `Input: ${name} has both encoded pictures and other values; expecting all of its elements to be of one kind`,
  );
}

/** The pictures that a value in columnar format is; `undefined` if it has none. */
export function* readPictures(value: JsonValue, name: string): Steps<Pictures | undefined> {
  if (isBase64Object(value)) return { kind: 'pictures', bytes: [yield* readBase64(value)], batched: false };
  if (value.kind !== 'list' || !value.items.some(isBase64Object)) return undefined;
  const bytes: Uint8Array[] = [];
  for (const item of value.items) {
    if (!isBase64Object(item)) throw mixedInput(name);
    bytes.push(yield* readBase64(item));
    yield;
  }
  return { kind: 'pictures', bytes, batched: true };
}
