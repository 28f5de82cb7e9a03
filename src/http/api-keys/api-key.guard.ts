import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { KeyCheck } from '../../access/keys/key-check.js';
import { headOf, tell } from '../express.js';
import { isPublic } from './public.decorator.js';

/**
 * Lets in who holds a valid key, and says who it is in `request.apiKey`. Goes by the request's head alone, so a
 * refused caller uploads nothing.
 * @throws ServingError KEY_MISSING, KEY_INVALID or RATE_LIMITED.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly check: KeyCheck,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const http = context.switchToHttp();
    await this.admit(http.getRequest<Request>(), http.getResponse<Response>());
    return true;
  }

  /** The same for a page that is no route of Nest. */
  async admit(request: Request, response: Response): Promise<void> {
    const identified = await this.check.identify(headOf(request));
    tell(response, identified);
    request.apiKey = identified.key;
  }
}
