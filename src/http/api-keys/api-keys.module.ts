import { Module } from '@nestjs/common';
import type { Primary } from '../../cluster/primary.js';
import { PRIMARY, PrimaryModule } from '../../cluster/primary.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { KeyCheck } from '../../access/keys/key-check.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { KeyStore } from '../../access/keys/key-store.js';
import { RUN_KEY } from '../../access/keys/run-key.js';
import { ScopeGuard } from './scope.guard.js';

/** Who may call: the keys, and the guard that asks for one. */
@Module({
  imports: [PrimaryModule, RateLimitModule],
  providers: [
    {
      provide: RUN_KEY,
      inject: [PRIMARY],
      useFactory: async (primary: Primary | null) => primary?.runKey() ?? null,
    },
    KeyStore,
    KeyCheck,
    ApiKeyGuard,
    ScopeGuard,
  ],
  exports: [KeyStore, ApiKeyGuard, ScopeGuard],
})
export class ApiKeysModule {}
