import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { ConfigError } from '../../config/expect.js';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { type ApiKey, createKey, hashKey, parseKey } from './api-key.js';
import type { KeyEntry } from './keys-file.js';
import { fileState, readKeysFile } from './read-keys-file.js';
import { RUN_KEY, type RunKey } from './run-key.js';
import { DEFAULT_SCOPES, SCOPES } from './scopes.js';

/** How long a change of the file may go unnoticed, and so how long a revoked key may still work. */
const LOOK_EVERY_MS = 1000;

interface HeldKey {
  readonly hash: Buffer;
  /** Undefined for nobody: no key has this hash. */
  readonly key: ApiKey | undefined;
}

type HeldKeys = ReadonlyMap<string, HeldKey>;

const NO_KEYS: HeldKeys = new Map();

/** Compared with when no such id is known, so that an unknown id takes the time of a known one. */
const NOBODY: HeldKey = { hash: randomBytes(32), key: undefined };

/**
 * The API keys in force. Made at start, which fails on a malformed file; from then on the file is looked at when
 * a key is asked about, at most once a second. A file that became malformed changes nothing but the log.
 */
@Injectable()
export class KeyStore {
  /**
   * The text of the key made for this run because there was none at start; whoever starts the server prints it
   * once. It ends when the file holds a key, for good: revoking that one must not bring back what a log may keep.
   */
  readonly temporaryKey: string | undefined;

  /** Told when the file is seen to hold a key while that of this run is in force. */
  onTemporaryEnd: () => void = () => {};

  private readonly logger = new Logger(KeyStore.name);
  private readonly file: string;
  private temporary: HeldKeys = NO_KEYS;
  private held: HeldKeys = NO_KEYS;
  /**
   * Whose text was right since the last look at the file, by that text. Only right ones get here; a wrong one is told from them by a hash
   * whose seed nobody knows, so that how long that takes says nothing of how much of it was right.
   */
  private readonly proven = new Map<string, ApiKey>();
  private seen = 'absent';
  private lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param runKey the key of this run, where another process makes it
   * @throws ConfigError when the keys file is malformed or cannot be read. With `AUTH=off` it is not looked at.
   */
  constructor(
    @Inject(SETTINGS_TOKEN) settings: Settings,
    @Optional() @Inject(RUN_KEY) runKey: RunKey | null = null,
  ) {
    this.file = settings.apiKeysFile;
    if (!settings.auth) return;
    this.seen = fileState(this.file);
    const entries = readKeysFile(this.file);
    if (runKey) {
      this.onTemporaryEnd = () => runKey.end();
      runKey.onEnd(() => this.endTemporary());
    }
    this.temporaryKey = runKey
      ? (runKey.text ?? undefined)
      : entries.length === 0
        ? createKey().text
        : undefined;
    if (this.temporaryKey !== undefined) this.temporary = holdTemporary(this.temporaryKey);
    this.adopt(entries);
  }

  /** The key of this run, if there is one and it is still in force. @param now milliseconds since 1970. */
  temporaryInForce(now: number): string | undefined {
    this.refresh(now);
    return this.temporary === NO_KEYS ? undefined : this.temporaryKey;
  }

  /** The key of this run ends: the file holds a key, or held one. */
  endTemporary(): void {
    this.proven.clear();
    if (this.held === this.temporary) this.held = NO_KEYS;
    this.temporary = NO_KEYS;
  }

  /**
   * Who a key belongs to. The same work whether its id is known or not; 'expired' only to who holds the secret.
   * Reads a small file when that changed, in line: an answer from the keys of before would outlive a revocation.
   * @param now milliseconds since 1970.
   */
  verify(text: string, now: number): ApiKey | 'unknown' | 'expired' {
    this.refresh(now);
    const key = this.proven.get(text) ?? this.prove(text);
    if (key === undefined) return 'unknown';
    return key.expiresAt !== null && key.expiresAt.getTime() <= now ? 'expired' : key;
  }

  private prove(text: string): ApiKey | undefined {
    const parsed = parseKey(text);
    if (parsed === undefined) return undefined;
    const { hash, key } = this.held.get(parsed.id) ?? NOBODY;
    const same = timingSafeEqual(Buffer.from(hashKey(text), 'hex'), hash);
    if (!same || key === undefined) return undefined;
    this.proven.set(text, key);
    return key;
  }

  private refresh(now: number): void {
    const elapsed = now - this.lookedAt;
    // A clock set back must not stop the looking.
    if (elapsed >= 0 && elapsed < LOOK_EVERY_MS) return;
    this.lookedAt = now;
    this.proven.clear();
    const seen = fileState(this.file);
    if (seen === this.seen) return;
    this.seen = seen;
    try {
      this.adopt(readKeysFile(this.file));
      this.logger.log(`The API keys changed; now in force: ${this.inForce()}.`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.logger.error(
        `The API keys changed but cannot be used; still in force: ${this.inForce()}. ${error.message}`,
      );
    }
  }

  private adopt(entries: readonly KeyEntry[]): void {
    this.proven.clear();
    if (entries.length > 0 && this.temporary !== NO_KEYS) {
      this.endTemporary();
      this.onTemporaryEnd();
    }
    this.held =
      entries.length === 0 ? this.temporary : new Map(entries.map((entry) => [entry.id, hold(entry)]));
  }

  private inForce(): string {
    if (this.held.size === 0) return 'none, so every key is refused';
    return this.held === this.temporary ? 'the key of this run' : String(this.held.size);
  }
}

function holdTemporary(text: string): HeldKeys {
  const { id } = parseKey(text)!;
  const key = {
    id,
    name: 'this run',
    models: null,
    scopes: SCOPES,
    rateLimit: null,
    priority: 'normal',
    expiresAt: null,
  } as const;
  return new Map([[id, { hash: Buffer.from(hashKey(text), 'hex'), key }]]);
}

function hold(entry: KeyEntry): HeldKey {
  return {
    hash: Buffer.from(entry.sha256, 'hex'),
    key: {
      id: entry.id,
      name: entry.name,
      models: entry.models ?? null,
      scopes: entry.scopes ?? DEFAULT_SCOPES,
      rateLimit: entry.rateLimit ?? null,
      priority: entry.priority ?? 'normal',
      expiresAt: entry.expiresAt === undefined ? null : new Date(entry.expiresAt),
    },
  };
}
