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
import { Bodies } from './bodies.js';
import { JsonReader } from './json/json-reader.js';
import { BodyReader, isJsonBody } from './read-body.js';

/**
 * Reads the body of the routes that take one. As an interceptor it runs after the guards: a refused caller costs no
 * upload, nor does a request with a wrong X-Timeout-Ms. The handler finds it in `request.received`.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly reader: BodyReader;

  constructor(
    @Inject(SETTINGS_TOKEN) settings: Settings,
    private readonly bodies: Bodies,
    json: JsonReader,
  ) {
    const limits = { maxBytes: settings.maxBodyBytes, maxFiles: settings.maxImages };
    this.reader = new BodyReader(limits, bodies, json);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const { sent, call, entry } = await this.bodies.arrive(request, response, isJsonBody(request), (room) =>
      this.reader.receive(request, response, room),
    );
    const body = await sent(call, entry);
    request.received = { body, call, entry, parseMs: performance.now() - call.arrivedAt };
    return next.handle();
  }
}
