import { Module } from '@nestjs/common';
import { BodyModule } from '../http/body/body.module.js';
import { LineModule } from '../line/line.module.js';
import { ModelsModule } from '../models/models.module.js';
import { ModelsController } from './models.controller.js';
import { PredictController } from './predict.controller.js';

@Module({
  imports: [BodyModule, LineModule, ModelsModule],
  controllers: [PredictController, ModelsController],
})
export class PredictModule {}
