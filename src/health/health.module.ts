import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ModelsModule } from '../models/models.module.js';
import { HealthController } from './health.controller.js';
import { Lifecycle } from './lifecycle.js';
import { ModelsHealth } from './models.health.js';

@Module({
  // The reasons are in the answer, and the models' own log lines say more than Terminus would.
  imports: [TerminusModule.forRoot({ logger: false }), ModelsModule],
  controllers: [HealthController],
  providers: [Lifecycle, ModelsHealth],
  exports: [Lifecycle],
})
export class HealthModule {}
