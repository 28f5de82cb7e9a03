import { ServingError } from '../../errors/serving-error.js';

/** For a body beyond MAX_BODY_BYTES. */
export function bodyTooLarge(maxBytes: number): ServingError {
  return new ServingError(
    'BODY_TOO_LARGE',
    `The body may have ${maxBytes} bytes at most; this one has more.`,
  );
}

export function brokeOff(cause?: unknown): ServingError {
  return new ServingError('BODY_UNREADABLE', 'The body broke off or cannot be decoded.', { cause });
}
