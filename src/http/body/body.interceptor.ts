import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { timeoutOf } from '../call.js';
import { type BodyReader, makeBodyReader } from './read-body.js';
import { readInTime } from './read-in-time.js';

/**
 * Reads the body of the routes that take one. As an interceptor it runs after the guards: a refused caller costs no
 * upload, nor does a request with a wrong X-Timeout-Ms. The handler finds it in `request.received`.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly read: BodyReader;

  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Settings) {
    this.read = makeBodyReader({ maxBytes: settings.maxBodyBytes, maxFiles: settings.maxImages });
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    timeoutOf(request, this.settings.requestTimeoutMs);
    request.received = await readInTime(this.read, request, response, this.settings.bodyTimeoutMs);
    return next.handle();
  }
}
