import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { BatchingModule } from '../batching/batching.module.js';
import { ConfigModule } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { EngineModule } from '../engine/engine.module.js';
import { KeyStore } from '../access/keys/key-store.js';
import { FrameworkLogger } from '../http/framework-logger.js';
import { RequestCounter } from '../access/limits/request-counts.js';
import { requestLog } from '../http/request-log.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { WorkersService } from './workers.service.js';

/** What the primary has for its workers. It answers no HTTP. */
@Module({})
export class PrimaryAppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: PrimaryAppModule,
      imports: [
        ConfigModule.with(settings),
        LoggerModule.forRoot(requestLog(settings)),
        EngineModule,
        BatchingModule,
        MetricsModule,
      ],
      providers: [FrameworkLogger, KeyStore, RequestCounter, WorkersService],
    };
  }
}
