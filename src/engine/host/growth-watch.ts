import { freshBytes, type GrowthLimits, hasGrown, type HostSize } from './growth.js';
import { handOverDelayMs, type HandOvers } from './hand-over-delay.js';

export interface HandOverLimits extends GrowthLimits {
  /** Hand-overs are at least so far apart, and from the engine's start. */
  readonly leastMs: number;
}

/** docs/decisions/engine-hand-over.md has the measurements behind them. */
const LIMITS: HandOverLimits = { share: 0.05, leastBytes: 16 * 2 ** 20, leastMs: 60_000 };

/** What is known of the memory that hosts take, and when the one in service is to be replaced. */
export class GrowthWatch {
  /** What a host without models takes. */
  emptyBytes: number | undefined;
  /** What the host in service took when it was fresh or, if that was not measured, after the first unload. */
  private known: HostSize | undefined;
  private handOvers: HandOvers;
  private readonly limits: HandOverLimits;

  constructor(limits: Partial<HandOverLimits>, now: number) {
    this.limits = { ...LIMITS, ...limits };
    this.handOvers = { lastAt: now, failures: 0 };
  }

  /** What a fresh host would take, if the one in service is worth replacing; else `null`. */
  worthReplacing({ residentBytes, modelBytes }: HostSize): number | null {
    const fresh = this.known ? freshBytes(this.known, this.emptyBytes ?? 0, modelBytes) : null;
    return fresh !== null && hasGrown(residentBytes, fresh, this.limits) ? fresh : null;
  }

  /** A host as it is after an unload, when it holds nothing that is about to go: the measure for what follows, for lack of another. */
  unloaded(size: HostSize): void {
    const isKnown = this.known && freshBytes(this.known, this.emptyBytes ?? 0, size.modelBytes) !== null;
    if (!isKnown) this.known = size;
  }

  /** Another host is in service, of which nothing is known. */
  replaced(): void {
    this.known = undefined;
  }

  /** How long the next hand-over has to wait, in ms. */
  delayMs(now: number): number {
    return handOverDelayMs(this.handOvers, now, this.limits.leastMs);
  }

  /** A hand-over begins: it counts as failed until it succeeded. */
  began(now: number): void {
    this.handOvers = { lastAt: now, failures: this.handOvers.failures + 1 };
  }

  succeeded(fresh: HostSize): void {
    this.known = fresh;
    this.handOvers = { ...this.handOvers, failures: 0 };
  }
}
