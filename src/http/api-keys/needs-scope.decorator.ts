import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Scope } from '../../access/keys/scopes.js';

const SCOPE = Symbol('scope');

/** A route, or every route of a controller, that asks for a key with this scope. */
export const NeedsScope = (scope: Scope): CustomDecorator<symbol> => SetMetadata(SCOPE, scope);

export function scopeOf(reflector: Reflector, context: ExecutionContext): Scope {
  return (
    reflector.getAllAndOverride<Scope | undefined>(SCOPE, [context.getHandler(), context.getClass()]) ??
    'admin'
  );
}
