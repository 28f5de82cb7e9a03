import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { decodeConcurrencyOf } from './decode-concurrency.js';
import { PictureProcesses } from './picture-processes.js';
import { PictureThreads } from './picture-threads.js';
import { LARGE_PICTURE_WORK, PICTURE_WORK } from './picture-work.token.js';
import { PreprocessingService } from './preprocessing.service.js';

/** Bytes to pixels to a tensor, as the model's training did it. */
@Module({
  providers: [
    PreprocessingService,
    {
      provide: PICTURE_WORK,
      inject: [SETTINGS_TOKEN],
      useFactory: (settings: Settings) => new PictureThreads(decodeConcurrencyOf(settings)),
    },
    { provide: LARGE_PICTURE_WORK, useFactory: () => new PictureProcesses() },
  ],
  exports: [PreprocessingService],
})
export class PreprocessingModule implements OnApplicationShutdown {
  constructor(
    @Inject(PICTURE_WORK) private readonly threads: PictureThreads,
    @Inject(LARGE_PICTURE_WORK) private readonly processes: PictureProcesses,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.threads.close(), this.processes.close()]);
  }
}
