import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { decodeConcurrencyOf } from './decode-concurrency.js';
import { PictureThreads } from './picture-threads.js';
import { PICTURE_WORK } from './picture-work.token.js';
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
  ],
  exports: [PreprocessingService],
})
export class PreprocessingModule implements OnApplicationShutdown {
  constructor(@Inject(PICTURE_WORK) private readonly threads: PictureThreads) {}

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }
}
