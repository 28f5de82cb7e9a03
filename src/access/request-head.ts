import type { IncomingHttpHeaders } from 'node:http';

/** What is known of a request before its body, whatever protocol it came by. */
export interface RequestHead {
  /** By their names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The address that it came from, behind the proxies that are trusted. */
  readonly address: string | undefined;
  /** Its target as sent, path and query. */
  readonly url: string;
}
