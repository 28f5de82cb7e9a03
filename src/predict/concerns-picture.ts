import { ServingError } from '../errors/serving-error.js';
import { statusOf } from '../http/errors/problem.js';

/**
 * Whether an error concerns its picture alone. Others, such as a full queue or a deadline, concern the whole request: half an
 * answer would leave the client to find out what to send again.
 */
export function concernsPicture(error: unknown): error is ServingError {
  return error instanceof ServingError && statusOf(error.code) < 499;
}
