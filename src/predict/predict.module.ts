import { Module } from '@nestjs/common';
import { BodyModule } from '../http/body/body.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ModelsModule } from '../models/models.module.js';
import { PreprocessingModule } from '../preprocessing/preprocessing.module.js';
import { ModelsController } from './models.controller.js';
import { NumbersService } from './numbers.service.js';
import { PredictController } from './predict.controller.js';
import { PredictService } from './predict.service.js';

@Module({
  imports: [BodyModule, MetricsModule, ModelsModule, PreprocessingModule],
  controllers: [PredictController, ModelsController],
  providers: [PredictService, NumbersService],
})
export class PredictModule {}
