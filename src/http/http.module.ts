import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ApiKeyGuard } from './api-keys/api-key.guard.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { ScopeGuard } from './api-keys/scope.guard.js';
import { ProblemFilter } from './errors/problem.filter.js';
import { FrameworkLogger } from './framework-logger.js';
import { QueryPipe } from './query.pipe.js';
import { InFlightGuard } from './rate-limit/in-flight.guard.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { LogRequests } from './request-log.js';

/** What happens to any request: who calls, how often, and how errors are answered. */
@Module({
  imports: [ApiKeysModule, RateLimitModule],
  providers: [
    FrameworkLogger,
    { provide: APP_FILTER, useClass: ProblemFilter },
    // Guards run in this order.
    { provide: APP_GUARD, useExisting: ApiKeyGuard },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
    { provide: APP_GUARD, useExisting: ScopeGuard },
    { provide: APP_GUARD, useClass: InFlightGuard },
    { provide: APP_PIPE, useClass: QueryPipe },
  ],
})
export class HttpModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(LogRequests).forRoutes('{*path}');
  }
}
