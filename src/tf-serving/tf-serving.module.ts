import { Module } from '@nestjs/common';
import { BodyModule } from '../http/body/body.module.js';
import { LineModule } from '../line/line.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ModelsModule } from '../models/models.module.js';
import { Monitoring } from './monitoring.js';
import { MonitoringController } from './monitoring.controller.js';
import { PredictionService } from './prediction.service.js';
import { TfServingController } from './tf-serving.controller.js';

/** TensorFlow Serving's REST API, for its clients as they are. */
@Module({
  imports: [BodyModule, LineModule, MetricsModule, ModelsModule],
  controllers: [TfServingController, MonitoringController],
  providers: [Monitoring, PredictionService],
})
export class TfServingModule {}
