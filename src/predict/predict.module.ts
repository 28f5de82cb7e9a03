import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ModelsModule } from '../models/models.module.js';
import { PreprocessingModule } from '../preprocessing/preprocessing.module.js';
import { ModelsController } from './models.controller.js';
import { NumbersService } from './numbers.service.js';
import { PredictController } from './predict.controller.js';
import { PredictService } from './predict.service.js';

@Module({
  imports: [MetricsModule, ModelsModule, PreprocessingModule],
  controllers: [PredictController, ModelsController],
  providers: [PredictService, NumbersService],
})
export class PredictModule {}
