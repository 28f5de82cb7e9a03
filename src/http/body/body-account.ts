import { ServingError } from '../../errors/serving-error.js';

export interface AccountLimits {
  /** Bytes of all bodies that are in memory or on their way there. */
  readonly maxBytes: number;
  /** Bytes of those of one caller. */
  readonly maxBytesPerCaller: number;
  /** How long one waits for room, in ms. */
  readonly patienceMs: number;
}

/** As small a body waits for nobody: how many there are is bounded by the connections. */
export const SMALL_BYTES = 64 * 2 ** 10;

/** What one request takes of the account. */
export interface BodyEntry {
  readonly bytes: number;
  /**
   * Waits for room for more.
   * @throws ServingError QUEUE_FULL, RATE_LIMITED; or the signal's reason
   */
  reserve(bytes: number, signal?: AbortSignal): Promise<void>;
  /** @throws ServingError QUEUE_FULL, RATE_LIMITED where there is no room now */
  grow(bytes: number): void;
  /** What it takes in the end, be it more or less than there was room for. */
  settle(bytes: number): void;
  /** Gives everything back. */
  leave(): void;
}

interface Waiting {
  readonly caller: string;
  readonly bytes: number;
  go(): void;
}

/**
 * The bytes of request bodies in this process, from the first byte of each to the end of its request. Whoever finds no room waits, in order of
 * arrival; who has used up a caller's share waits for that caller alone.
 */
export class BodyAccount {
  private used = 0;
  private readonly usedBy = new Map<string, number>();
  private waiting: Waiting[] = [];

  constructor(private readonly limits: AccountLimits) {}

  get bytes(): number {
    return this.used;
  }

  /** What a caller takes who has nothing yet. */
  open(caller: string): BodyEntry {
    return new Entry(this, caller);
  }

  /** @returns when it was added */
  async reserve(caller: string, bytes: number, holds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (bytes + holds > this.limits.maxBytesPerCaller || bytes + holds > this.limits.maxBytes) {
      const most = Math.min(this.limits.maxBytesPerCaller, this.limits.maxBytes);
      const sentence = `This request takes ${bytes + holds} bytes of memory; one caller may have ${most} at once.`;
      throw new ServingError('BODY_TOO_LARGE', sentence);
    }
    if (bytes + holds <= SMALL_BYTES || (this.fits(caller, bytes) && !this.hasBefore(caller))) {
      this.add(caller, bytes);
      return;
    }
    await this.wait(caller, bytes, holds > 0, signal);
  }

  grow(caller: string, bytes: number): void {
    if (!this.fits(caller, bytes)) throw this.full(caller, bytes);
    this.add(caller, bytes);
  }

  /** @param bytes may be negative */
  add(caller: string, bytes: number): void {
    this.used += bytes;
    const left = (this.usedBy.get(caller) ?? 0) + bytes;
    if (left === 0) this.usedBy.delete(caller);
    else this.usedBy.set(caller, left);
    if (bytes < 0) this.letIn();
  }

  /** Whether another waits for the room that all share, or the caller itself for its own. */
  private hasBefore(caller: string): boolean {
    return this.waiting.some((one) => one.caller === caller || this.hasShare(one.caller, one.bytes));
  }

  private hasShare(caller: string, bytes: number): boolean {
    return (this.usedBy.get(caller) ?? 0) + bytes <= this.limits.maxBytesPerCaller;
  }

  private fits(caller: string, bytes: number): boolean {
    return this.used + bytes <= this.limits.maxBytes && this.hasShare(caller, bytes);
  }

  /** @param isFirst what holds memory already goes before those who hold none */
  private wait(caller: string, bytes: number, isFirst: boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', left);
        this.waiting = this.waiting.filter((one) => one !== entry);
        settle();
      };
      const left = (): void => end(() => reject(signal!.reason as Error));
      const entry: Waiting = { caller, bytes, go: () => end(resolve) };
      const timer = setTimeout(() => {
        end(() => reject(this.full(caller, bytes)));
        this.letIn(); // One that is smaller may have waited behind it.
      }, this.limits.patienceMs).unref(); // The connection keeps the process alive.
      signal?.addEventListener('abort', left, { once: true });
      if (isFirst) this.waiting.unshift(entry);
      else this.waiting.push(entry);
    });
  }

  private letIn(): void {
    for (const one of this.waiting) {
      if (!this.hasShare(one.caller, one.bytes)) continue;
      if (!this.fits(one.caller, one.bytes)) return; // Nobody smaller goes before one that is next.
      this.add(one.caller, one.bytes);
      one.go();
    }
  }

  private full(caller: string, bytes: number): ServingError {
    const retryAfter = Math.max(1, Math.ceil(this.limits.patienceMs / 1000));
    if (this.hasShare(caller, bytes)) {
      const sentence = 'The bodies of other requests take all memory that there is for them. Try again.';
      return new ServingError('QUEUE_FULL', sentence, { retryAfter });
    }
    const sentence = `The bodies of your requests in flight may have ${this.limits.maxBytesPerCaller} bytes together. Send fewer at once.`;
    return new ServingError('RATE_LIMITED', sentence, { retryAfter, violatedPolicies: ['body-bytes'] });
  }
}

class Entry implements BodyEntry {
  bytes = 0;
  private hasLeft = false;

  constructor(
    private readonly account: BodyAccount,
    private readonly caller: string,
  ) {}

  async reserve(bytes: number, signal?: AbortSignal): Promise<void> {
    if (bytes <= 0) return;
    await this.account.reserve(this.caller, bytes, this.bytes, signal);
    if (this.hasLeft) this.account.add(this.caller, -bytes);
    else this.bytes += bytes;
  }

  grow(bytes: number): void {
    if (this.bytes + bytes <= SMALL_BYTES) this.account.add(this.caller, bytes);
    else this.account.grow(this.caller, bytes);
    this.bytes += bytes;
  }

  settle(bytes: number): void {
    if (this.hasLeft) return;
    const more = bytes - this.bytes;
    this.bytes = bytes;
    if (more !== 0) this.account.add(this.caller, more);
  }

  leave(): void {
    this.settle(0);
    this.hasLeft = true;
  }
}
