import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { ServingError } from '../../errors/serving-error.js';
import { isPublic } from '../api-keys/public.decorator.js';
import { callerIdentity } from './caller-address.js';

/**
 * Bounds how many requests of one key, or of one address with `AUTH=off`, are in flight: each HTTP worker its share. Runs after
 * `ApiKeyGuard`.
 * @throws ServingError RATE_LIMITED
 */
@Injectable()
export class InFlightGuard implements CanActivate {
  private readonly inFlight = new Map<string, number>();
  private readonly most: number;

  constructor(
    @Inject(SETTINGS_TOKEN) { maxConcurrentRequests, httpWorkers }: Settings,
    private readonly reflector: Reflector,
  ) {
    this.most = Math.ceil(maxConcurrentRequests / httpWorkers);
  }

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const http = context.switchToHttp();
    const caller = callerIdentity(http.getRequest<Request>());
    const count = this.inFlight.get(caller) ?? 0;
    if (count >= this.most) {
      const sentence = `You have ${count} requests in flight, which is the most. Send the next one when one is answered.`;
      throw new ServingError('RATE_LIMITED', sentence, {
        retryAfter: 1,
        violatedPolicies: ['concurrent-requests'],
      });
    }
    this.inFlight.set(caller, count + 1);
    http.getResponse<Response>().once('close', () => this.end(caller));
    return true;
  }

  private end(caller: string): void {
    const left = this.inFlight.get(caller)! - 1;
    if (left === 0) this.inFlight.delete(caller);
    else this.inFlight.set(caller, left);
  }
}
