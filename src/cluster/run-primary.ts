import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { announce } from '../announce.js';
import type { Settings } from '../config/settings.js';
import { ENGINE } from '../engine/engine.token.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { KeyStore } from '../access/keys/key-store.js';
import { FrameworkLogger } from '../http/framework-logger.js';
import { stopOnSignals } from '../stop-on-signals.js';
import { PrimaryAppModule } from './primary-app.module.js';
import { WorkersService } from './workers.service.js';

/**
 * Runs the server as the primary of several HTTP workers: it has the engine hosts, forms the batches, and counts.
 * @throws ConfigError, EngineError or, with a worker's own reason, StartError
 */
export async function runPrimary(settings: Settings, warnings: readonly string[]): Promise<void> {
  const app = await NestFactory.createApplicationContext(PrimaryAppModule.with(settings), {
    logger: false,
    abortOnError: false,
  });
  app.useLogger(app.get(FrameworkLogger));
  for (const warning of warnings) new Logger('Server').warn(warning);
  const workers = app.get(WorkersService);
  stopOnSignals(async () => {
    await workers.stop();
    await app.close();
  });
  await app.get<ServingEngine>(ENGINE).info(); // If it cannot be used, that is said once, not by every worker.
  announce(await workers.start(), settings, app.get(KeyStore).temporaryKey);
}
