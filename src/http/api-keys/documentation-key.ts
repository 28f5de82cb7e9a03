import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { LogRequests } from '../request-log.js';
import type { ApiKeyGuard } from './api-key.guard.js';

/**
 * Lets in who holds a valid key, whatever its scopes: for pages that are no routes of Nest. Browsers cannot send `X-API-Key` with an address,
 * so the key may also be the password of HTTP Basic, which they ask their user for; the user name is not looked at.
 * @param log gives a refusal its id and its line in the log
 */
export function askForKey(guard: ApiKeyGuard, log: Pick<LogRequests, 'use'>): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const password = basicPassword(request.headers.authorization);
    if (password !== undefined) request.headers['x-api-key'] ??= password;
    try {
      await guard.admit(request, response);
    } catch (error) {
      response.setHeader('WWW-Authenticate', 'Basic realm="tensornest: the API key is the password"');
      log.use(request, response, () => next(error));
      return;
    }
    next();
  };
}

function basicPassword(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^basic /i.test(authorization)) return undefined;
  const [, password] = /:(.*)$/s.exec(Buffer.from(authorization.slice(6), 'base64').toString('utf8')) ?? [];
  return password || undefined;
}
