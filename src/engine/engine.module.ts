import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ENGINE, SHARED_ENGINE } from './engine.token.js';
import { formatBytes } from './host/format-bytes.js';
import type { EngineReport } from './pool/engine-reports.js';
import type { ServingEngine } from './pool/serving-engine.js';
import { poolOfThisProcess } from './pool/start-pool.js';

/** The engine: in an HTTP worker the primary's; else in host processes, which start before the application and end after its last answer. */
@Module({
  imports: [MetricsModule],
  providers: [
    {
      provide: ENGINE,
      inject: [SETTINGS_TOKEN, Metrics, { token: SHARED_ENGINE, optional: true }],
      useFactory: (settings: Settings, metrics: Metrics, shared: ServingEngine | undefined) =>
        shared ?? watchedPool(settings, metrics),
    },
  ],
  exports: [ENGINE],
})
export class EngineModule implements OnApplicationShutdown {
  constructor(@Inject(ENGINE) private readonly engine: ServingEngine) {}

  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }
}

/** The pool, of which log and metrics are told. */
async function watchedPool(settings: Settings, metrics: Metrics): Promise<ServingEngine> {
  const { engine, pool, reports } = await poolOfThisProcess(settings);
  const logger = new Logger('Engine');
  metrics.readEngineMemory = () => pool.residentBytes();
  for (const reason of ['itself', 'hanging', 'memory', 'outside']) metrics.engineRestarts.inc({ reason }, 0);
  reports.listen((report) => note(report, logger, metrics));
  return engine;
}

function note(report: EngineReport, logger: Logger, metrics: Metrics): void {
  const { of } = report;
  switch (report.kind) {
    case 'output':
      logger.debug(`${of}${report.line}`);
      return;
    case 'crash':
      metrics.engineRestarts.inc({ reason: report.by });
      logger.error(`${of}${report.reason} Another takes its place.`);
      return;
    case 'restart':
      logger.log(`${of}The new engine process (pid ${report.pid}) holds the models again.`);
      return;
    case 'hand-over': {
      const { pid, beforeBytes, afterBytes } = report.handOver;
      metrics.engineHandOvers.inc();
      logger.log(
        `${of}The engine process had grown to ${formatBytes(beforeBytes)} and was replaced by another ` +
          `(pid ${pid}, ${formatBytes(afterBytes)}); no request was lost.`,
      );
      return;
    }
    case 'hand-over-failed':
      logger.warn(`${of}The engine process has grown and could not be replaced yet. ${report.reason}`);
      return;
    case 'network':
    case 'no-trial':
      logger.warn(report.reason);
  }
}
