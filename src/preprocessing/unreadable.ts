import { ServingError } from '../errors/serving-error.js';
import type { ReadableFormat } from '../images/formats.js';

/** What a decoder says goes to the log only: it names its own parts. */
export function unreadable(format: ReadableFormat, cause: unknown): ServingError {
  return new ServingError(
    'IMAGE_UNREADABLE',
    `The picture begins as ${format} but cannot be decoded: it is damaged or incomplete.`,
    { cause },
  );
}
