import { Inject, Injectable } from '@nestjs/common';
import type { Decision } from '../decision.js';
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
   * Counts one request of a caller.
   * @returns the headers tell where it stands; when it was one too many, the refusal is RATE_LIMITED with `retryAfter` in seconds
   */
  async count({ name, quota }: RateLimit, caller: string): Promise<Decision> {
    const { used, seconds } = await this.counts.count(name, caller);
    const headers = {
      'RateLimit-Policy': policyHeader({ name, quota, window: WINDOW_SECONDS }),
      RateLimit: limitHeader(name, Math.max(0, quota - used), seconds),
    };
    if (used <= quota) return { headers };
    const extras = { retryAfter: seconds, violatedPolicies: [name] };
    return { headers, refusal: new ServingError('RATE_LIMITED', sentence(name, quota, seconds), extras) };
  }
}

function sentence(name: RateLimit['name'], quota: number, seconds: number): string {
  const many = `More than ${quota} ${quota === 1 ? 'request' : 'requests'}`;
  const wait = `try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return name === 'default'
    ? `${many} within a minute: ${wait}.`
    : `${many} without a valid API key from this address within a minute: ${wait}, or send a valid key.`;
}
