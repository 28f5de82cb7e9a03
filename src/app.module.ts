import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ConfigModule } from './config/config.module.js';
import type { Settings } from './config/settings.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { requestLog } from './http/request-log.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ModelsModule } from './models/models.module.js';
import { PredictModule } from './predict/predict.module.js';
import { type Shared, SharedModule } from './shared.module.js';
import { TfServingModule } from './tf-serving/tf-serving.module.js';

/** The modules, in the order a request meets them. */
@Module({})
export class AppModule {
  /** @param shared what this process shares with others; absent where it is alone */
  static with(settings: Settings, shared?: Shared): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(settings),
        ...(shared ? [SharedModule.with(shared)] : []),
        LoggerModule.forRoot(requestLog(settings)),
        HttpModule,
        PredictModule,
        TfServingModule,
        ModelsModule,
        HealthModule,
        MetricsModule,
      ],
    };
  }
}
