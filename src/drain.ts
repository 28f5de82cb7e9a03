import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from './config/settings.js';
import type { Connections } from './connections.js';
import { Lifecycle } from './health/lifecycle.js';

/**
 * Not ready any more, and each connection ends with its next answer. After `drainDelayMs` none is taken any more, and requests in flight are
 * finished, for `shutdownTimeoutMs` at most. Where there is a delay, clients that keep a connection lose no request by it: it is
 * closed after an answer, or once it was idle for as long as they may keep it.
 */
export async function drain(
  app: NestExpressApplication,
  connections: Connections,
  settings: Settings,
): Promise<void> {
  app.get(Lifecycle).shuttingDown = true;
  connections.endWithNextAnswer();
  if (settings.drainDelayMs > 0) {
    await sleep(settings.drainDelayMs);
    await connections.ended();
  }
  const server = app.getHttpServer();
  const timer = setTimeout(() => {
    new Logger('Server').warn(`Requests in flight after ${settings.shutdownTimeoutMs} ms are cut off.`);
    server.closeAllConnections();
  }, settings.shutdownTimeoutMs);
  await app.close();
  clearTimeout(timer);
}
