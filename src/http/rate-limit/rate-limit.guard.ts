import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { isPublic } from '../api-keys/public.decorator.js';
import { tell } from '../express.js';
import { callerIdentity } from '../../access/limits/caller-address.js';
import { RateLimiter } from '../../access/limits/rate-limiter.js';

/**
 * Counts each request against its key, or its address with `AUTH=off`. Runs after `ApiKeyGuard`, which says whose
 * request it is.
 * @throws ServingError RATE_LIMITED.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly limiter: RateLimiter,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const quota = request.apiKey?.rateLimit ?? this.settings.rateLimit;
    const policy = { name: 'default', quota } as const;
    tell(http.getResponse<Response>(), await this.limiter.count(policy, callerIdentity(request)));
    return true;
  }
}
