import { Module } from '@nestjs/common';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { KeyCheck } from '../../access/keys/key-check.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { KeyStore } from '../../access/keys/key-store.js';
import { ScopeGuard } from './scope.guard.js';

/** Who may call: the keys, and the guard that asks for one. */
@Module({
  imports: [RateLimitModule],
  providers: [KeyStore, KeyCheck, ApiKeyGuard, ScopeGuard],
  exports: [KeyStore, ApiKeyGuard, ScopeGuard],
})
export class ApiKeysModule {}
