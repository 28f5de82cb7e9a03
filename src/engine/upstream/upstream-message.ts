import type { IncomingHttpHeaders } from 'node:http';

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  /** From the base URL on: `/v2/models/m`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}
