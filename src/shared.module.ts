import { type DynamicModule, Module } from '@nestjs/common';
import { RUN_KEY, type RunKey } from './access/keys/run-key.js';
import { type RequestCounts, SHARED_COUNTS } from './access/limits/request-counts.js';
import type { Batching } from './batching/batching.js';
import { SHARED_BATCHING } from './batching/batching.token.js';
import { SHARED_ENGINE } from './engine/engine.token.js';
import type { ServingEngine } from './engine/pool/serving-engine.js';
import { METRICS_OF_ALL, type MetricsOfAll } from './metrics/metrics-pages.js';

/** What the HTTP workers of a server share, as each of them is handed it. */
export interface Shared {
  readonly engine: ServingEngine;
  readonly batching: Batching;
  readonly counts: RequestCounts;
  readonly metrics: MetricsOfAll;
  runKey(): Promise<RunKey>;
}

/** Gives it to the modules in the place of what they would make for a process that is alone. Global, for several have a part of it. */
@Module({})
export class SharedModule {
  static with(shared: Shared): DynamicModule {
    const providers = [
      { provide: SHARED_ENGINE, useValue: shared.engine },
      { provide: SHARED_BATCHING, useValue: shared.batching },
      { provide: SHARED_COUNTS, useValue: shared.counts },
      { provide: METRICS_OF_ALL, useValue: shared.metrics },
      { provide: RUN_KEY, useFactory: () => shared.runKey() },
    ];
    return {
      module: SharedModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
