import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Primary } from '../cluster/primary.js';
import { PRIMARY, PrimaryModule } from '../cluster/primary.module.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ENGINE } from './engine.token.js';
import type { ServingEngine } from './pool/serving-engine.js';
import { startPool } from './pool/start-pool.js';

/** The engine: in an HTTP worker the primary's; else in host processes, which start with the application and end after its last answer. */
@Module({
  imports: [MetricsModule, PrimaryModule],
  providers: [
    {
      provide: ENGINE,
      inject: [SETTINGS_TOKEN, Metrics, PRIMARY],
      useFactory: (settings: Settings, metrics: Metrics, primary: Primary | null) =>
        primary?.engine ?? startPool(settings, metrics),
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
