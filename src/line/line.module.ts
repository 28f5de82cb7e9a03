import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ModelsModule } from '../models/models.module.js';
import { PreprocessingModule } from '../preprocessing/preprocessing.module.js';
import { Line } from './line.js';
import { PictureTensors } from './picture-tensors.js';

/** From what a protocol has read to what it writes. */
@Module({
  imports: [MetricsModule, ModelsModule, PreprocessingModule],
  providers: [Line, PictureTensors],
  exports: [Line],
})
export class LineModule {}
