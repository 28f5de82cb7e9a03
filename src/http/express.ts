import type { Request, Response } from 'express';
import type { Decision } from '../access/decision.js';
import type { RequestHead } from '../access/request-head.js';

/** The head of a request as `access/` takes it. */
export function headOf({ headers, ip, originalUrl }: Request): RequestHead {
  return { headers, address: ip, url: originalUrl };
}

/** Has the answer carry a decision's headers. @throws ServingError its refusal */
export function tell(response: Response, { headers, refusal }: Decision): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (refusal) throw refusal;
}
