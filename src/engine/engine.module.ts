import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ENGINE } from './engine.token.js';
import { formatBytes } from './host/format-bytes.js';
import { SupervisedEngine } from './host/supervised-engine.js';

/** The engine in its host process, which starts with the application and ends after its last answer. */
@Module({
  imports: [MetricsModule],
  providers: [{ provide: ENGINE, inject: [SETTINGS_TOKEN, Metrics], useFactory: startEngine }],
  exports: [ENGINE],
})
export class EngineModule implements OnApplicationShutdown {
  constructor(@Inject(ENGINE) private readonly engine: SupervisedEngine) {}

  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }
}

function startEngine(settings: Settings, metrics: Metrics): SupervisedEngine {
  const logger = new Logger('Engine');
  const engine = new SupervisedEngine({
    runtime: settings.engine,
    runTimeoutMs: settings.engineTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    onOutput: (line) => logger.debug(line),
    onCrash: (reason) => {
      metrics.engineRestarts.inc();
      logger.error(`${reason} Another takes its place.`);
    },
    onRestart: (pid) => logger.log(`The new engine process (pid ${pid}) holds the models again.`),
    onHandOver: ({ pid, beforeBytes, afterBytes }) => {
      metrics.engineHandOvers.inc();
      logger.log(
        `The engine process had grown to ${formatBytes(beforeBytes)} and was replaced by another ` +
          `(pid ${pid}, ${formatBytes(afterBytes)}); no request was lost.`,
      );
    },
    onHandOverFailed: (reason) =>
      logger.warn(`The engine process has grown and could not be replaced yet. ${reason}`),
  });
  metrics.readEngineMemory = () => engine.residentBytes();
  return engine;
}
