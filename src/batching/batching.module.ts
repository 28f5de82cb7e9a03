import { Logger, Module } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { EngineModule } from '../engine/engine.module.js';
import { ENGINE } from '../engine/engine.token.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { batchMetrics } from './batch-metrics.js';
import type { Batching } from './batching.js';
import { BATCHING, SHARED_BATCHING } from './batching.token.js';
import { Scheduler } from './scheduler.js';

/** What turns the requests for all local models into runs of the engines: in an HTTP worker the primary's. */
@Module({
  imports: [EngineModule, MetricsModule],
  providers: [
    {
      provide: BATCHING,
      inject: [ENGINE, Metrics, SETTINGS_TOKEN, { token: SHARED_BATCHING, optional: true }],
      useFactory: (
        engine: ServingEngine,
        metrics: Metrics,
        settings: Settings,
        shared: Batching | undefined,
      ): Batching => shared ?? makeScheduler(engine, metrics, settings),
    },
  ],
  exports: [BATCHING],
})
export class BatchingModule {}

const logger = new Logger('Batching');

function makeScheduler(
  engine: ServingEngine,
  metrics: Metrics,
  { poisonTtlMs: refusedMs, crashLimit: mostPerCaller }: Settings,
): Scheduler {
  return new Scheduler({
    run: (engineName, signature, inputs, tries) => engine.run(engineName, signature, inputs, tries),
    slots: engine.runsAtOnce,
    poison: { refusedMs, mostPerCaller },
    onPoison: (model) =>
      logger.warn(
        `An input of the model ${model} ended the engine's process. It is refused for ${refusedMs / 1000} s.`,
      ),
    ...batchMetrics(metrics),
  });
}
