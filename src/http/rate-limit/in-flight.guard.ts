import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { InFlight } from '../../access/limits/in-flight.js';
import { isPublic } from '../api-keys/public.decorator.js';
import { callerIdentity } from '../../access/limits/caller-address.js';

/**
 * Bounds how many requests of one key, or of one address with `AUTH=off`, are in flight. Runs after `ApiKeyGuard`.
 * @throws ServingError RATE_LIMITED
 */
@Injectable()
export class InFlightGuard implements CanActivate {
  constructor(
    private readonly inFlight: InFlight,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const http = context.switchToHttp();
    const leave = this.inFlight.enter(callerIdentity(http.getRequest<Request>()));
    http.getResponse<Response>().once('close', leave);
    return true;
  }
}
