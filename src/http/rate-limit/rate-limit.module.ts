import { Module } from '@nestjs/common';
import type { Primary } from '../../cluster/primary.js';
import { PRIMARY, PrimaryModule } from '../../cluster/primary.module.js';
import { InFlight } from '../../access/limits/in-flight.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimiter } from '../../access/limits/rate-limiter.js';
import { REQUEST_COUNTS, RequestCounter } from '../../access/limits/request-counts.js';

/** How often one may call. */
@Module({
  imports: [PrimaryModule],
  providers: [
    {
      provide: REQUEST_COUNTS,
      inject: [PRIMARY],
      useFactory: (primary: Primary | null) => primary?.counts ?? new RequestCounter(),
    },
    RateLimiter,
    RateLimitGuard,
    InFlight,
  ],
  exports: [RateLimiter, RateLimitGuard, InFlight],
})
export class RateLimitModule {}
