import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { limitHeader, policyHeader } from './rate-limit-headers.js';
import { RequestWindows } from './request-windows.js';

const WINDOW_SECONDS = 60;

/** What is counted, and how much of it one caller has a minute. */
export interface RateLimit {
  /** 'default': requests; 'failed-keys': requests without a valid key. */
  readonly name: 'default' | 'failed-keys';
  readonly quota: number;
}

/** The counts of this process. Other processes count for themselves. */
@Injectable()
export class RateLimiter {
  /** Apart, so that a flood of addresses without a key cannot have a key's count forgotten. */
  private readonly windows: Readonly<Record<RateLimit['name'], RequestWindows>> = {
    default: new RequestWindows(WINDOW_SECONDS * 1000),
    'failed-keys': new RequestWindows(WINDOW_SECONDS * 1000),
  };

  /**
   * Counts one request of a caller and tells it where it stands, in the headers of an answer not yet begun.
   * @throws ServingError RATE_LIMITED with `retryAfter` in seconds when it was one too many.
   */
  count({ name, quota }: RateLimit, caller: string, response: Response): void {
    // Not the time of day, which may be set back; whole, or 60 000 ms may come out as a hair more than 60 s.
    const { used, seconds } = this.windows[name].count(caller, Math.trunc(performance.now()));
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
