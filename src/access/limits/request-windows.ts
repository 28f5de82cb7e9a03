/** Where a caller stands after a request was counted. */
export interface Count {
  /** Requests in this window, this one included. */
  readonly used: number;
  /** Seconds until the window ends, rounded up: 1 or more. */
  readonly seconds: number;
}

interface Window {
  readonly endsAt: number;
  used: number;
}

/**
 * Counts requests in fixed windows, each beginning with a caller's first request: one number a caller, whatever
 * the limit. Two windows that meet may let twice the limit through within one window's length.
 *
 * Bounded: at most `capacity` callers are remembered. They live in two generations that turn once a window, when
 * every window of the old one has ended, or sooner when the young one is full: then the callers of the old one
 * begin again. To have its own count forgotten so, an attacker needs tens of thousands of addresses, with which it
 * had no need to.
 */
export class RequestWindows {
  private young = new Map<string, Window>();
  private old = new Map<string, Window>();
  private turnedAt = Number.NEGATIVE_INFINITY;

  /** @param lengthMs how long a window is. */
  constructor(
    private readonly lengthMs: number,
    private readonly capacity = 100_000,
  ) {}

  /**
   * Counts one request.
   * @param now whole milliseconds, on a clock that only goes forward.
   */
  count(caller: string, now: number): Count {
    if (now - this.turnedAt >= this.lengthMs || this.young.size >= this.capacity / 2) this.turn(now);
    let window = this.young.get(caller) ?? this.old.get(caller);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + this.lengthMs, used: 0 };
      this.young.set(caller, window);
    }
    window.used += 1;
    return { used: window.used, seconds: Math.ceil((window.endsAt - now) / 1000) };
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  private turn(now: number): void {
    this.old = this.young;
    this.young = new Map();
    this.turnedAt = now;
  }
}
