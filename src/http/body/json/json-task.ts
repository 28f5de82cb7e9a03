import type { JsonLimits, JsonTooLargeError } from '../../../json/json-limits.js';
import type { Tape } from '../../../json/tape.js';

/** What a thread that reads JSON is asked for. */
export interface JsonTask {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly limits: JsonLimits;
}

export type JsonAnswer =
  /** `body` is given back where the document refers to it. */
  | { readonly tape: Tape; readonly body: Uint8Array<ArrayBuffer> | null }
  | { readonly fault: string }
  | { readonly tooLarge: Pick<JsonTooLargeError, 'what' | 'most'> };
