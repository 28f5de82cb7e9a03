import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ServingError } from '../../errors/serving-error.js';
import { scopeOf } from './needs-scope.decorator.js';
import { isPublic } from './public.decorator.js';

/**
 * Refuses a key that has not the scope of the route. Runs after `RateLimitGuard`, so that a refusal counts as any request of the key.
 * With `AUTH=off` everybody has every scope.
 * @throws ServingError KEY_FORBIDDEN.
 */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const { apiKey } = context.switchToHttp().getRequest<Request>();
    const scope = scopeOf(this.reflector, context);
    if (apiKey === undefined || apiKey.scopes.includes(scope)) return true;
    throw new ServingError(
      'KEY_FORBIDDEN',
      `This route asks for an API key with the scope ${scope}; this key has ${apiKey.scopes.join(', ')}. ` +
        'Ask who runs this server for another key.',
    );
  }
}
