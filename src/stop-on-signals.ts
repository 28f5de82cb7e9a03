import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from './config/settings.js';
import { Lifecycle } from './health/lifecycle.js';

/**
 * SIGTERM and SIGINT: not ready any more, requests in flight are finished (for `shutdownTimeoutMs` at most), exit code 0. A
 * second signal ends the process at once.
 */
export function stopOnSignals(app: NestExpressApplication, settings: Settings): void {
  const logger = new Logger('Server');
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    logger.log(`${signal}: finishing the requests in flight. A second one ends the server at once.`);
    app.get(Lifecycle).shuttingDown = true;
    await sleep(settings.drainDelayMs);
    const server = app.getHttpServer();
    const timer = setTimeout(() => {
      logger.warn(`Requests in flight after ${settings.shutdownTimeoutMs} ms are cut off.`);
      server.closeAllConnections();
    }, settings.shutdownTimeoutMs);
    await app.close();
    clearTimeout(timer);
    logger.log('Stopped.');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.error(error);
        process.exit(1);
      });
    });
  }
}
