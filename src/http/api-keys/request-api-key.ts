import type { ApiKey } from '../../access/keys/api-key.js';

declare global {
  // Express's own way to say what middleware adds to a request.
  namespace Express {
    interface Request {
      /** Set by `ApiKeyGuard`; undefined on a public route and with `AUTH=off`. */
      apiKey?: ApiKey | undefined;
    }
  }
}
