import type { RequestBody } from './request-body.js';

/** A body, and when it came. */
export interface Received {
  readonly body: RequestBody;
  /** When its last byte was there, in ms of `performance.now()`. */
  readonly arrivedAt: number;
  /** How long it took to parse from then on, in ms. */
  readonly parseMs: number;
}

declare global {
  // Express's own way to say what middleware adds to a request.
  namespace Express {
    interface Request {
      /** Set by `BodyInterceptor`. */
      received?: Received | undefined;
    }
  }
}
