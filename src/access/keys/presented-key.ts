import type { IncomingHttpHeaders } from 'node:http';
import { ServingError } from '../../errors/serving-error.js';
import { parseKey } from './api-key.js';

const QUERY_NAMES = new Set(['api_key', 'api-key', 'apikey', 'x-api-key', 'access_token']);

/**
 * The text a request gives as its API key, in `X-API-Key` or as `Authorization: Bearer` (RFC 6750). Another scheme
 * of Authorization may be meant for a proxy in front, and is left alone.
 * @param url the request's target as sent, path and query.
 * @throws ServingError KEY_MISSING when there is none; KEY_INVALID when there are two, or one in the query string.
 */
export function presentedKey(headers: IncomingHttpHeaders, url: string): string {
  refuseKeyInQuery(url);
  const plain = headers['x-api-key'];
  const bearer = bearerToken(headers.authorization);
  const key = typeof plain === 'string' && plain !== '' ? plain : bearer;
  if (key === undefined) {
    throw new ServingError(
      'KEY_MISSING',
      'This request carries no API key: send one in the X-API-Key header, or as Authorization: Bearer.',
    );
  }
  if (bearer !== undefined && bearer !== key) {
    throw new ServingError(
      'KEY_INVALID',
      'X-API-Key and Authorization give two different API keys: send one of them.',
    );
  }
  return key;
}

function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer /i.test(authorization)) return undefined;
  return authorization.slice('bearer '.length).trim() || undefined;
}

/** Refused even beside a good header, or nobody would notice that the key is written into logs along the way. */
function refuseKeyInQuery(url: string): void {
  const start = url.indexOf('?');
  if (start === -1) return;
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (!QUERY_NAMES.has(name.toLowerCase()) && parseKey(value) === undefined) continue;
    throw new ServingError(
      'KEY_INVALID',
      'An API key in the query string is refused, because addresses are kept in logs and histories: ' +
        'send it in the X-API-Key header, and have this one replaced.',
    );
  }
}
