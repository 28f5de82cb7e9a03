import type { Request } from 'express';
import type { Caller } from '../models/traffic.js';

/** Who sends a request, as far as it decides which version of a model answers. */
export function callerOf(request: Request): Caller {
  return {
    keyId: request.apiKey?.id,
    header: (name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
  };
}
