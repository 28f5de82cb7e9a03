import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { assertScope } from '../../access/keys/key-check.js';
import { scopeOf } from './needs-scope.decorator.js';
import { isPublic } from './public.decorator.js';

/**
 * Refuses a key that has not the scope of the route. Runs after `RateLimitGuard`, so that a refusal counts as any request of the key.
 * @throws ServingError KEY_FORBIDDEN.
 */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const { apiKey } = context.switchToHttp().getRequest<Request>();
    assertScope(apiKey, scopeOf(this.reflector, context));
    return true;
  }
}
