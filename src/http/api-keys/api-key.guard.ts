import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { ServingError } from '../../errors/serving-error.js';
import { callerAddress } from '../rate-limit/caller-address.js';
import { RateLimiter } from '../rate-limit/rate-limiter.js';
import type { ApiKey } from './api-key.js';
import { KeyStore } from './key-store.js';
import { presentedKey } from './presented-key.js';
import { isPublic } from './public.decorator.js';

/**
 * Lets in who holds a valid key, and says who it is in `request.apiKey`. Goes by the request's head alone, so a
 * refused caller uploads nothing. An address without a valid key is answered `FAILED_KEY_LIMIT` times a minute,
 * then told to wait; a valid key is never counted against its address, nor refused for what others did there.
 * @throws ServingError KEY_MISSING, KEY_INVALID or RATE_LIMITED.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly keys: KeyStore,
    private readonly limiter: RateLimiter,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const http = context.switchToHttp();
    await this.admit(http.getRequest<Request>(), http.getResponse<Response>());
    return true;
  }

  /** The same for a page that is no route of Nest. With `AUTH=off` everybody is let in. */
  async admit(request: Request, response: Response): Promise<void> {
    if (!this.settings.auth) return;
    try {
      request.apiKey = this.identify(request);
    } catch (error) {
      const policy = { name: 'failed-keys', quota: this.settings.failedKeyLimit } as const;
      await this.limiter.count(policy, callerAddress(request.ip), response);
      throw error;
    }
  }

  private identify(request: Request): ApiKey {
    const verdict = this.keys.verify(presentedKey(request.headers, request.originalUrl), Date.now());
    switch (verdict) {
      case 'unknown':
        throw new ServingError(
          'KEY_INVALID',
          'This API key is not known here: it is mistyped, or was revoked.',
        );
      case 'expired':
        throw new ServingError(
          'KEY_INVALID',
          'This API key has expired: ask who runs this server for a new one.',
        );
      default:
        return verdict;
    }
  }
}
