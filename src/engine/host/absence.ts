import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engine.js';

/** How long a call waits for a host that is being replaced before it gives up, in ms; a run that would wait longer gives up at once. */
export const PATIENCE_MS = 10_000;
/** Longer is asked of nobody, in ms: by then it is known whether the next host came. */
const MOST_RETRY_MS = 60_000;

/** Since when there is no host in service, and when the next one is expected. Times in ms, of one clock. */
export class Absence {
  private since: number | undefined;
  private expectedAt: number | undefined;
  /** How long the next host takes from its start until it is in service. */
  private takesMs = 0;
  /** How long the last one took. */
  private tookMs: number | undefined;

  begin(now: number): void {
    this.since ??= now;
  }

  /**
   * A host is about to be started.
   * @param loadMs how long its models took to load, for as long as no host has been replaced
   */
  expect(now: number, delayMs: number, loadMs: number): void {
    this.takesMs = this.tookMs ?? loadMs;
    this.expectedAt = now + delayMs + this.takesMs;
  }

  end(tookMs: number): void {
    this.since = this.expectedAt = undefined;
    this.tookMs = tookMs;
  }

  /** Whether the next host should have been there, had it taken twice as long as the last one and somewhat more. */
  isOverdue(now: number): boolean {
    if (this.since === undefined) return false;
    return now > (this.expectedAt ?? this.since) + Math.max(this.takesMs, PATIENCE_MS);
  }

  /** Why a run need not wait; `undefined`: it may. */
  refusal(now: number): EngineError | undefined {
    const isLong = this.expectedAt !== undefined && this.expectedAt - now > PATIENCE_MS;
    return this.since !== undefined && (isLong || this.isOverdue(now)) ? this.error(now) : undefined;
  }

  /** What a run is told that waited in vain, or need not wait. */
  error(now: number): EngineError {
    const leftMs = (this.expectedAt ?? now) - now;
    const retryMs = leftMs > 0 ? leftMs : this.takesMs;
    const retryAfter = Math.max(1, Math.ceil(Math.min(retryMs, MOST_RETRY_MS) / 1000));
    return new EngineError('away', 'No process of the engine is in service.', { retryAfter });
  }
}

/** What comes within `PATIENCE_MS`. @throws EngineError `crashed` where it does not */
export async function patiently<T>(wait: () => Promise<T>): Promise<T> {
  const patience = new AbortController();
  const tooLong = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new EngineError('crashed', 'The engine process is being replaced.');
  });
  tooLong.catch(() => {});
  try {
    return await Promise.race([wait(), tooLong]);
  } finally {
    patience.abort();
  }
}
