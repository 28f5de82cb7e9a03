import type { RequestCall } from '../../turns/call.js';
import type { BodyEntry } from './body-account.js';
import type { RequestBody } from './request-body.js';

/** A body, and the call that it is the body of. */
export interface Received {
  readonly body: RequestBody;
  readonly call: RequestCall;
  readonly entry: BodyEntry;
  /** How long it took to inflate and parse once it was there, in ms. */
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
