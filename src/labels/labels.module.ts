import { Module } from '@nestjs/common';
import { LabelsService } from './labels.service.js';

/** Index to name, from JSON, checked against the model's output. */
@Module({ providers: [LabelsService], exports: [LabelsService] })
export class LabelsModule {}
