import { connect, type AddressInfo } from 'node:net';
import { Controller, Get, HttpCode, Module, Post, Req, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { LoggerModule } from 'nestjs-pino';
import { ConfigModule } from '../../config/config.module.js';
import { readSettings, type Settings } from '../../config/settings.js';
import { NeedsScope } from '../api-keys/needs-scope.decorator.js';
import { Public } from '../api-keys/public.decorator.js';
import { BodyInterceptor } from '../body/body.interceptor.js';
import { BodyModule } from '../body/body.module.js';
import { HttpModule } from '../http.module.js';

@NeedsScope('predict')
@Controller()
class DoorController {
  @Post('work')
  @HttpCode(200)
  @UseInterceptors(BodyInterceptor)
  work(@Req() request: Request): { caller: string | null } {
    return { caller: request.apiKey?.name ?? null };
  }

  @Public()
  @Get('open')
  open(): { open: true } {
    return { open: true };
  }
}

/** Names no scope. */
@Controller()
class ForgottenController {
  @Get('forgotten')
  forgotten(): { forgotten: true } {
    return { forgotten: true };
  }
}

@Module({
  imports: [BodyModule, HttpModule, LoggerModule.forRoot({ pinoHttp: { level: 'silent' } })],
  controllers: [DoorController, ForgottenController],
})
class DoorModule {}

export interface GuardedApp {
  /** POST /work, or GET of another path, from an address of one's choosing. */
  call(headers?: Record<string, string>, path?: string, from?: string): Promise<Answer>;
  /** The status of the answer to a POST /work that announces a body and never sends a byte of it. */
  callWithoutEnd(headers?: Record<string, string>): Promise<number>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** What happens to any request, before one small controller, on a free port of 127.0.0.1, behind one proxy as it believes. */
export async function guardedApp(changes: Partial<Settings>): Promise<GuardedApp> {
  const config = ConfigModule.with({ ...readSettings({}), ...changes });
  const app = await NestFactory.create<NestExpressApplication>(
    { module: DoorModule, imports: [config] },
    { bodyParser: false, logger: false, abortOnError: false },
  );
  app.set('trust proxy', 1);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;

  return {
    async call(headers = {}, path = '/work', from = '192.0.2.1') {
      const work = path.startsWith('/work') && {
        method: 'POST',
        body: '{}',
      };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        ...work,
        headers: { 'X-Forwarded-For': from, 'Content-Type': 'application/json', ...headers },
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Answer['body'],
      };
    },
    callWithoutEnd(headers = {}) {
      const head = { Host: 'x', 'Content-Type': 'image/png', 'Content-Length': '1000000', ...headers };
      const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
      return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', reject);
        socket.once('data', (chunk) => {
          resolve(Number(/^HTTP\/1\.1 (\d+) /.exec(chunk.toString('latin1'))?.[1]));
          socket.destroy();
        });
        socket.write(`POST /work HTTP/1.1\r\n${lines.join('')}\r\n`);
      });
    },
    close: () => app.close(),
  };
}
