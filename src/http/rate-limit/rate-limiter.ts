import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { limitHeader, policyHeader } from './rate-limit-headers.js';
import { type Counted, REQUEST_COUNTS, type RequestCounts, WINDOW_SECONDS } from './request-counts.js';

/** What is counted, and how much of it one caller has a minute. */
export interface RateLimit {
  readonly name: Counted;
  readonly quota: number;
}

/** Tells callers where they stand, and refuses those who called too often. */
@Injectable()
export class RateLimiter {
  constructor(@Inject(REQUEST_COUNTS) private readonly counts: RequestCounts) {}

  /**
   * Counts one request of a caller and tells it where it stands, in the headers of an answer not yet begun.
   * @throws ServingError RATE_LIMITED with `retryAfter` in seconds when it was one too many.
   */
  async count({ name, quota }: RateLimit, caller: string, response: Response): Promise<void> {
    const { used, seconds } = await this.counts.count(name, caller);
    response.setHeader('RateLimit-Policy', policyHeader({ name, quota, window: WINDOW_SECONDS }));
    response.setHeader('RateLimit', limitHeader(name, Math.max(0, quota - used), seconds));
    if (used <= quota) return;
    const extras = { retryAfter: seconds, violatedPolicies: [name] };
    throw new ServingError('RATE_LIMITED', sentence(name, quota, seconds), extras);
  }
}

function sentence(name: RateLimit['name'], quota: number, seconds: number): string {
  const many = `More than ${quota} ${quota === 1 ? 'request' : 'requests'}`;
  const wait = `try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return name === 'default'
    ? `${many} within a minute: ${wait}.`
    : `${many} without a valid API key from this address within a minute: ${wait}, or send a valid key.`;
}
