import { Module } from '@nestjs/common';
import { EngineModule } from '../engine/engine.module.js';
import { LabelsModule } from '../labels/labels.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ModelLoader } from './model-loader.js';
import { ModelsService } from './models.service.js';

@Module({
  imports: [EngineModule, LabelsModule, MetricsModule],
  providers: [ModelLoader, ModelsService],
  exports: [ModelsService],
})
export class ModelsModule {}
