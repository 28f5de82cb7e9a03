import { type Call, PRIORITIES, type Priority } from './call.js';

/** What the order needs to know of somebody who waits. */
export interface Turn {
  readonly caller: string;
  readonly priority: Priority;
  /**
   * Since when it waits, in ms. Where each caller has a line of its own: since it came or, if that was later, since somebody
   * of that line was served. So a caller does not gain by having many wait.
   */
  readonly arrived: number;
  /** Its fair start tag: see `FairTags`. */
  readonly tag: number;
}

/** For each so many ms that somebody waits, it counts as one class more urgent. There is no end to that: nobody starves. */
export const AGE_MS = 1000;

const CLASSES: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

/** The class in effect; the less, the more urgent. */
export function classOf(priority: Priority, arrived: number, now: number): number {
  const waited = now - arrived;
  return waited < AGE_MS ? CLASSES[priority] : CLASSES[priority] - Math.floor(waited / AGE_MS);
}

/** Less than 0 where `a` goes before `b`: by the class in effect, then by the fair start tag, then by arrival. */
export function compareTurns(a: Turn, b: Turn, now: number): number {
  return (
    classOf(a.priority, a.arrived, now) - classOf(b.priority, b.arrived, now) ||
    a.tag - b.tag ||
    a.arrived - b.arrived
  );
}

/** What one caller has waiting, in order of arrival. */
export interface CallersWait<E> {
  /** When somebody of this line was last served. */
  readonly servedAt: number;
  readonly entries: readonly E[];
}

/** How much of what waits goes before a newcomer: all its own caller has there, and of others what has the earlier turn. */
export function costBefore<E extends { readonly turn: Turn }>(
  lines: Iterable<CallersWait<E>>,
  newcomer: Turn,
  now: number,
  costOf: (entry: E) => number,
): number {
  let cost = 0;
  for (const { servedAt, entries } of lines) {
    for (const entry of entries) {
      const turn = { ...entry.turn, arrived: Math.max(entry.turn.arrived, servedAt) };
      if (turn.caller !== newcomer.caller && compareTurns(turn, newcomer, now) > 0) break;
      cost += costOf(entry);
    }
  }
  return cost;
}

/** How many callers are remembered at most: beyond, those that had least are forgotten, as if they had had nothing. */
const MAX_CALLERS = 4096;

/**
 * Start-time fair queuing (Goyal, Vin and Cheng, 1996): what each caller is given is laid end to end on an axis of its own, and
 * who is served is who starts first. A caller that comes after a rest starts where the others are: it neither saved up nor lost.
 */
export class FairTags {
  /** Where what each caller was given so far ends. */
  private readonly finishes = new Map<string, number>();
  /** The start tag last served. */
  private virtualTime = 0;
  private forgetAt = 64;

  /** The tag that `tagFor` would give. */
  startOf(caller: string): number {
    return Math.max(this.virtualTime, this.finishes.get(caller) ?? 0);
  }

  /** The start tag of a piece of work. @param cost in any one unit, such as rows */
  tagFor(caller: string, cost: number): number {
    const start = this.startOf(caller);
    this.finishes.set(caller, start + cost);
    if (this.finishes.size >= this.forgetAt) this.forget();
    return start;
  }

  /** Corrects what a caller was given: its work cost more or, where `cost` is negative, less than was said, or was not done. */
  charge(caller: string, cost: number): void {
    const finish = this.finishes.get(caller);
    if (finish !== undefined) this.finishes.set(caller, finish + cost);
  }

  /** To be told of the tag of each piece of work that is begun. */
  served(tag: number): void {
    this.virtualTime = Math.max(this.virtualTime, tag);
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.finishes.size;
  }

  private forget(): void {
    for (const [caller, finish] of this.finishes) {
      if (finish <= this.virtualTime) this.finishes.delete(caller);
    }
    if (this.finishes.size >= MAX_CALLERS) {
      const byFinish = [...this.finishes].toSorted(([, one], [, other]) => one - other);
      for (const [caller] of byFinish.slice(0, MAX_CALLERS / 2)) this.finishes.delete(caller);
    }
    this.forgetAt = Math.min(MAX_CALLERS, Math.max(64, 2 * this.finishes.size));
  }
}

/**
 * The turns of callers, on one axis for each class: a class that is served before others would else take those who come to the
 * others with it, behind all that wait there.
 */
export class FairTurns {
  private readonly classes = Object.fromEntries(
    PRIORITIES.map((priority) => [priority, new FairTags()]),
  ) as Readonly<Record<Priority, FairTags>>;

  /** The turn that `turnFor` would give. */
  peek({ caller, priority }: Pick<Call, 'caller' | 'priority'>, arrived: number): Turn {
    return { caller, priority, arrived, tag: this.classes[priority].startOf(caller) };
  }

  /** @param cost in any one unit, such as rows */
  turnFor({ caller, priority }: Pick<Call, 'caller' | 'priority'>, cost: number, arrived: number): Turn {
    return { caller, priority, arrived, tag: this.classes[priority].tagFor(caller, cost) };
  }

  /** To be told of each turn that is taken. */
  served({ priority, tag }: Turn): void {
    this.classes[priority].served(tag);
  }

  /** To be told of each turn that will not be taken. */
  gaveUp({ caller, priority }: Turn, cost: number): void {
    this.classes[priority].charge(caller, -cost);
  }
}
