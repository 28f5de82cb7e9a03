import type { HostState } from './next-run.js';

/** A run that an engine was given. */
export interface SentRun {
  /** By the measured cost, in ms; `undefined` where that is not known. */
  expectedMs: number | undefined;
  /** When its host was free for it, in ms of `performance.now()`; `Infinity` while it lies ready there. */
  beganAt: number;
}

class Host implements HostState {
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
 * The processes that run models, as far as the order of the runs is concerned: each does one run after the other. Which of them gets a run is
 * for the engine to say; it is taken to be the one with the fewest.
 */
export class Hosts {
  readonly states: readonly HostState[];
  private readonly hosts: readonly Host[];

  /** @param count of processes @param mostRuns 2 where the next run shall lie ready when one ends */
  constructor(count: number, mostRuns: 1 | 2) {
    this.states = this.hosts = Array.from({ length: count }, () => new Host(mostRuns));
  }

  get count(): number {
    return this.hosts.length;
  }

  begin(expectedMs: number | undefined, now: number): SentRun {
    let least = this.hosts[0]!;
    for (const host of this.hosts) {
      if (host.runs < least.runs || (host.runs === least.runs && host.endsAt < least.endsAt)) least = host;
    }
    const run = { expectedMs, beganAt: least.runs === 0 ? now : Infinity };
    least.sent.push(run);
    return run;
  }

  /** The run has its answer, or failed. */
  end(run: SentRun, now: number): void {
    for (const { sent } of this.hosts) {
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
    for (const host of this.hosts) least = Math.min(least, host.remainderMs(now));
    return least;
  }
}
