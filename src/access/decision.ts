import type { ServingError } from '../errors/serving-error.js';

/** Whether a request goes on, and what its caller is told either way. */
export interface Decision {
  /** To be sent with whatever is answered. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: it goes on. */
  readonly refusal?: ServingError | undefined;
}

export const GOES_ON: Decision = { headers: {} };
