import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { CountRequests } from './count-requests.middleware.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { MetricsPages } from './metrics-pages.js';

@Module({
  controllers: [MetricsController],
  providers: [MetricsPages, Metrics],
  exports: [Metrics, MetricsPages],
})
export class MetricsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CountRequests).forRoutes('{*path}');
  }
}
