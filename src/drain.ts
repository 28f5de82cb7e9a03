import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from './config/settings.js';
import { Lifecycle } from './health/lifecycle.js';

/** Not ready any more; after `drainDelayMs` no request is taken, and those in flight are finished, for `shutdownTimeoutMs` at most. */
export async function drain(app: NestExpressApplication, settings: Settings): Promise<void> {
  app.get(Lifecycle).shuttingDown = true;
  await sleep(settings.drainDelayMs);
  const server = app.getHttpServer();
  const timer = setTimeout(() => {
    new Logger('Server').warn(`Requests in flight after ${settings.shutdownTimeoutMs} ms are cut off.`);
    server.closeAllConnections();
  }, settings.shutdownTimeoutMs);
  await app.close();
  clearTimeout(timer);
}
