import { Module } from '@nestjs/common';
import { InFlight } from '../../access/limits/in-flight.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimiter } from '../../access/limits/rate-limiter.js';
import {
  REQUEST_COUNTS,
  RequestCounter,
  type RequestCounts,
  SHARED_COUNTS,
} from '../../access/limits/request-counts.js';

/** How often one may call. */
@Module({
  providers: [
    {
      provide: REQUEST_COUNTS,
      inject: [{ token: SHARED_COUNTS, optional: true }],
      useFactory: (shared: RequestCounts | undefined) => shared ?? new RequestCounter(),
    },
    RateLimiter,
    RateLimitGuard,
    InFlight,
  ],
  exports: [RateLimiter, RateLimitGuard, InFlight],
})
export class RateLimitModule {}
