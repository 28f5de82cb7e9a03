import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { SavedModelError } from './saved-model.errors.js';
import { checkWire, WireFault } from './wire-check.js';

/**
 * Parses a serialised message, which may look into `bytes`. What its description does not know is kept.
 * @param what what the bytes should be: `a SavedModel`
 * @throws SavedModelError
 */
export function decode<T extends DescMessage>(
  descriptor: T,
  bytes: Uint8Array,
  file: string,
  what: string,
): MessageShape<T> {
  try {
    checkWire(descriptor, bytes);
    return fromBinary(descriptor, bytes);
  } catch (error) {
    if (error instanceof WireFault)
      throw new SavedModelError(file, `is not ${what}, or is damaged: it ${error.message}`);
    // Of what passed the walk, only text can still be wrong.
    throw new SavedModelError(file, `is not ${what}, or is damaged: it has text that is not UTF-8`);
  }
}
