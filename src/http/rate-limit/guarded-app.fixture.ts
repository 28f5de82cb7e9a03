import { connect, type AddressInfo } from 'node:net';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Module,
  Post,
  Req,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { ConfigModule } from '../../config/config.module.js';
import { readSettings, type Settings } from '../../config/settings.js';
import { ServingError } from '../../errors/serving-error.js';
import { ApiKeyGuard } from '../api-keys/api-key.guard.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { Public } from '../api-keys/public.decorator.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimitModule } from './rate-limit.module.js';

@Controller()
class DoorController {
  @Post('work')
  work(@Req() request: Request): { caller: string | null } {
    return { caller: request.apiKey?.name ?? null };
  }

  @Public()
  @Get('open')
  open(): { open: true } {
    return { open: true };
  }
}

@Catch(ServingError)
class CodeFilter implements ExceptionFilter<ServingError> {
  catch({ code, message, retryAfter }: ServingError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    response.status(code === 'RATE_LIMITED' ? 429 : 401).json({ code, message });
  }
}

@Module({
  imports: [ApiKeysModule, RateLimitModule],
  controllers: [DoorController],
  providers: [
    { provide: APP_GUARD, useExisting: ApiKeyGuard },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
  ],
})
class DoorModule {}

export interface GuardedApp {
  /** POST /work, or GET of another path, from an address of one's choosing. */
  call(headers?: Record<string, string>, path?: string, from?: string): Promise<Answer>;
  /** The first line of the answer to a request that announces a body and never sends a byte of it. */
  callWithoutEnd(headers?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Both guards before one small controller, on a free port of 127.0.0.1, behind one proxy as it believes. */
export async function guardedApp(changes: Partial<Settings>): Promise<GuardedApp> {
  const config = ConfigModule.with({ ...readSettings({}), ...changes });
  const app = await NestFactory.create<NestExpressApplication>(
    { module: DoorModule, imports: [config] },
    { bodyParser: false, logger: false, abortOnError: false },
  );
  app.set('trust proxy', 1);
  app.useGlobalFilters(new CodeFilter());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;

  return {
    async call(headers = {}, path = '/work', from = '192.0.2.1') {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: path.startsWith('/work') ? 'POST' : 'GET',
        headers: { 'X-Forwarded-For': from, ...headers },
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Answer['body'],
      };
    },
    callWithoutEnd(headers = {}) {
      const lines = Object.entries({ Host: 'x', 'Content-Length': '1000000', ...headers });
      return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', reject);
        socket.once('data', (chunk) => {
          resolve(chunk.toString('latin1').split('\r\n')[0] ?? '');
          socket.destroy();
        });
        socket.write(`POST /work HTTP/1.1\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`);
      });
    },
    close: () => app.close(),
  };
}
