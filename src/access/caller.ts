import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../models/traffic.js';

/** Who sends a request, as far as it decides which version of a model answers. */
export function callerOf({
  apiKey,
  headers,
}: {
  readonly apiKey?: { readonly id: string } | undefined;
  readonly headers: IncomingHttpHeaders;
}): Caller {
  return {
    keyId: apiKey?.id,
    header: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
  };
}
