import { Module } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { Metrics } from '../../metrics/metrics.js';
import { MetricsModule } from '../../metrics/metrics.module.js';
import { Bodies } from './bodies.js';
import { BodyAccount } from './body-account.js';
import { JsonReader } from './json/json-reader.js';
import { shareOf } from './share.js';

/** Bodies of requests, whichever protocol they are of. */
@Module({
  imports: [MetricsModule],
  providers: [
    {
      provide: BodyAccount,
      inject: [SETTINGS_TOKEN],
      useFactory: (settings: Settings) => new BodyAccount(shareOf(settings)),
    },
    Bodies,
    JsonReader,
  ],
  exports: [Bodies, JsonReader],
})
export class BodyModule {
  constructor(metrics: Metrics, account: BodyAccount) {
    metrics.readBodyBytes = () => account.bytes;
  }
}
