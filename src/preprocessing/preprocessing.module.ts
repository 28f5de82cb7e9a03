import { Module } from '@nestjs/common';
import { PreprocessingService } from './preprocessing.service.js';

/** Bytes to pixels to a tensor, as the model's training did it. */
@Module({ providers: [PreprocessingService], exports: [PreprocessingService] })
export class PreprocessingModule {}
