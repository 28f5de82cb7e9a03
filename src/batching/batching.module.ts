import { Module } from '@nestjs/common';
import type { Primary } from '../cluster/primary.js';
import { PRIMARY, PrimaryModule } from '../cluster/primary.module.js';
import { EngineModule } from '../engine/engine.module.js';
import { ENGINE } from '../engine/engine.token.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { batchMetrics } from './batch-metrics.js';
import type { Batching } from './batching.js';
import { BATCHING } from './batching.token.js';
import { Scheduler } from './scheduler.js';

/** What turns the requests for all local models into runs of the engines: in an HTTP worker the primary's. */
@Module({
  imports: [EngineModule, MetricsModule, PrimaryModule],
  providers: [
    {
      provide: BATCHING,
      inject: [ENGINE, Metrics, PRIMARY],
      useFactory: (engine: ServingEngine, metrics: Metrics, primary: Primary | null): Batching =>
        primary?.batching ?? makeScheduler(engine, metrics),
    },
  ],
  exports: [BATCHING],
})
export class BatchingModule {}

function makeScheduler(engine: ServingEngine, metrics: Metrics): Scheduler {
  return new Scheduler({
    run: (engineName, signature, inputs) => engine.run(engineName, signature, inputs),
    slots: engine.runsAtOnce,
    ...batchMetrics(metrics),
  });
}
