import { Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { fieldErrors, invalid } from './errors/invalid.js';
import { ApiKeyGuard } from './api-keys/api-key.guard.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { ProblemFilter } from './errors/problem.filter.js';
import { FrameworkLogger } from './framework-logger.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';

/** What happens to any request: who calls, how often, and how errors are answered. */
@Module({
  imports: [ApiKeysModule, RateLimitModule],
  providers: [
    FrameworkLogger,
    { provide: APP_FILTER, useClass: ProblemFilter },
    // Guards run in this order.
    { provide: APP_GUARD, useExisting: ApiKeyGuard },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
    { provide: APP_PIPE, useFactory: makeValidationPipe },
  ],
})
export class HttpModule {}

function makeValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    exceptionFactory: (faults) => invalid(faults.flatMap(fieldErrors)),
  });
}
