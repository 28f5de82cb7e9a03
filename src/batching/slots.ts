import type { SlotState } from './next-run.js';

/** A run that an engine was given. */
export interface SentRun {
  /** By the measured cost, in ms; `undefined` where that is not known. */
  expectedMs: number | undefined;
  /** When its slot was free for it, in ms of `performance.now()`; `Infinity` while it lies ready there. */
  beganAt: number;
}

class Slot implements SlotState {
  readonly sent: SentRun[] = [];

  constructor(readonly mostRuns: 1 | 2) {}

  get runs(): number {
    return this.sent.length;
  }

  get endsAt(): number {
    const [running] = this.sent;
    return running ? running.beganAt + (running.expectedMs ?? Infinity) : -Infinity;
  }

  /** How long until it has done all that it was given, as far as that is known. */
  remainderMs(now: number): number {
    let ms = 0;
    for (const { beganAt, expectedMs = 0 } of this.sent) {
      ms += Math.max(0, Math.min(0, beganAt - now) + expectedMs);
    }
    return ms;
  }
}

/**
 * Where runs go on at once, as far as their order is concerned: each slot does one run after the other. Which slot gets a run is
 * for the engine to say; it is taken to be the one with the fewest.
 */
export class Slots {
  readonly states: readonly SlotState[];
  private readonly slots: readonly Slot[];

  /** @param count how many runs the engine does at once @param mostRuns 2 where the next run shall lie ready when one ends */
  constructor(count: number, mostRuns: 1 | 2) {
    this.states = this.slots = Array.from({ length: count }, () => new Slot(mostRuns));
  }

  get count(): number {
    return this.slots.length;
  }

  begin(expectedMs: number | undefined, now: number): SentRun {
    let least = this.slots[0]!;
    for (const slot of this.slots) {
      if (slot.runs < least.runs || (slot.runs === least.runs && slot.endsAt < least.endsAt)) least = slot;
    }
    const run = { expectedMs, beganAt: least.runs === 0 ? now : Infinity };
    least.sent.push(run);
    return run;
  }

  /** The run has its answer, or failed. */
  end(run: SentRun, now: number): void {
    for (const { sent } of this.slots) {
      const at = sent.indexOf(run);
      if (at < 0) continue;
      sent.splice(at, 1);
      const [next] = sent;
      if (next?.beganAt === Infinity) next.beganAt = now;
      return;
    }
  }

  /** How long until one of them has done all that it was given, as far as that is known. */
  remainderMs(now: number): number {
    let least = Infinity;
    for (const slot of this.slots) least = Math.min(least, slot.remainderMs(now));
    return least;
  }
}
