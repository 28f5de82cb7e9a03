import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { ServingError } from '../../errors/serving-error.js';
import type { ApiKey } from './api-key.js';
import { KeyStore } from './key-store.js';
import { presentedKey } from './presented-key.js';
import type { Scope } from './scopes.js';
import { callerAddress } from '../limits/caller-address.js';
import { RateLimiter } from '../limits/rate-limiter.js';
import { type Decision, GOES_ON } from '../decision.js';
import type { RequestHead } from '../request-head.js';

/** Whose request it is. */
export interface Identified extends Decision {
  /** `undefined` with `AUTH=off`. */
  readonly key?: ApiKey | undefined;
}

/**
 * Asks a request for a valid key. An address without one is answered `FAILED_KEY_LIMIT` times a minute, then told to wait; a valid key is never
 * counted against its address, nor refused for what others did there.
 */
@Injectable()
export class KeyCheck {
  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly keys: KeyStore,
    private readonly limiter: RateLimiter,
  ) {}

  /** @returns with `AUTH=off` everybody goes on; refusals are KEY_MISSING, KEY_INVALID or RATE_LIMITED */
  async identify(head: RequestHead): Promise<Identified> {
    if (!this.settings.auth) return GOES_ON;
    try {
      return { ...GOES_ON, key: this.verified(head) };
    } catch (error) {
      if (!(error instanceof ServingError)) throw error;
      const limit = { name: 'failed-keys', quota: this.settings.failedKeyLimit } as const;
      const counted = await this.limiter.count(limit, callerAddress(head.address));
      return counted.refusal ? counted : { ...counted, refusal: error };
    }
  }

  private verified({ headers, url }: RequestHead): ApiKey {
    const verdict = this.keys.verify(presentedKey(headers, url), Date.now());
    switch (verdict) {
      case 'unknown':
        throw new ServingError(
          'KEY_INVALID',
          'This API key is not known here: it is mistyped, or was revoked.',
        );
      case 'expired':
        throw new ServingError(
          'KEY_INVALID',
          'This API key has expired: ask who runs this server for a new one.',
        );
      default:
        return verdict;
    }
  }
}

/**
 * With `AUTH=off` everybody has every scope.
 * @throws ServingError KEY_FORBIDDEN where the key has not the scope
 */
export function assertScope(key: ApiKey | undefined, scope: Scope): void {
  if (key === undefined || key.scopes.includes(scope)) return;
  throw new ServingError(
    'KEY_FORBIDDEN',
    `This route asks for an API key with the scope ${scope}; this key has ${key.scopes.join(', ')}. ` +
      'Ask who runs this server for another key.',
  );
}
