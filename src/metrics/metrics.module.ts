import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import type { Primary } from '../cluster/primary.js';
import { PRIMARY, PrimaryModule } from '../cluster/primary.module.js';
import { CountRequests } from './count-requests.middleware.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { METRICS_OF_ALL, MetricsPages } from './metrics-pages.js';

@Module({
  imports: [PrimaryModule],
  controllers: [MetricsController],
  providers: [
    {
      provide: METRICS_OF_ALL,
      inject: [PRIMARY],
      useFactory: (primary: Primary | null) => primary?.metrics ?? null,
    },
    MetricsPages,
    Metrics,
  ],
  exports: [Metrics, MetricsPages],
})
export class MetricsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CountRequests).forRoutes('{*path}');
  }
}
