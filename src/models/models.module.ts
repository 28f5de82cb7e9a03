import { Module } from '@nestjs/common';
import { BatchingModule } from '../batching/batching.module.js';
import { EngineModule } from '../engine/engine.module.js';
import { LabelsModule } from '../labels/labels.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { PreprocessingModule } from '../preprocessing/preprocessing.module.js';
import { GoldensService } from './goldens/goldens.service.js';
import { ModelLoader } from './model-loader.js';
import { ModelRepository } from './model-repository.js';
import { ModelsService } from './models.service.js';

@Module({
  imports: [BatchingModule, EngineModule, LabelsModule, MetricsModule, PreprocessingModule],
  providers: [GoldensService, ModelLoader, ModelRepository, ModelsService],
  exports: [ModelsService],
})
export class ModelsModule {}
