import { Module } from '@nestjs/common';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { KeyStore } from './key-store.js';

/** Who may call: the keys, and the guard that asks for one. */
@Module({
  imports: [RateLimitModule],
  providers: [KeyStore, ApiKeyGuard],
  exports: [KeyStore, ApiKeyGuard],
})
export class ApiKeysModule {}
