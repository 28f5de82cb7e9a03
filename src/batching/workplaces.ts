import type { Call } from '../turns/call.js';
import { FairLine } from '../turns/fair-line.js';
import { Permits } from '../turns/permits.js';
import { BatchCost } from './batch-cost.js';
import type { Standing } from './batching.js';
import { deadlineMissed } from './deadline-unreachable.js';

export type Caller = Pick<Call, 'caller' | 'priority'>;

/** How long a request of so many rows takes that comes to the engine's queue now, in ms; 0 where that is not known. */
export type ExpectedMs = (rows: number, call: Caller, standing: Standing) => number;

/** What is done for a request in its turn: it is made ready, pictures are decoded for instance, and then it is run. */
export interface Work<P, T> {
  prepare(): Promise<P>;
  /** It takes long to make ready: that is done before its turn, so that it holds no place meanwhile. */
  readonly isSlow?: boolean;
  /** Begins when it comes to the engine's queue. */
  run(prepared: P): Promise<T>;
}

export interface WorkplacesOptions {
  /**
   * How many requests are worked on at once, from their decoding to their answer: as many as keep the engine busy. More would only take
   * time from it, under overload, for pictures that it comes to later.
   */
  readonly count: number;
  readonly expectedMs: ExpectedMs;
  /** Told by how many rows more, or less, wait for a place. */
  readonly onWaiting?: ((rows: number) => void) | undefined;
}

/** The places at which the requests of one version are worked on. Who comes when all are taken waits; callers take turns. */
export class Workplaces {
  private readonly places: Permits<[call: Call, rows: number]>;
  /** The rows that are being made ready. */
  private preparing = 0;
  /** What it took to make so many rows ready. */
  private readonly preparation = new BatchCost();

  /** @param onRefused told of each that waited until it could not be answered in time any more */
  constructor(
    private readonly options: WorkplacesOptions,
    private readonly onRefused: () => void,
  ) {
    this.places = new Permits(options.count, new FairLine());
  }

  /**
   * How long a request takes that comes now, in ms, as far as that is known.
   * @param standing `coming`: how many rows go before it that have not come to the engine's queue
   */
  expectedMs(rows: number, call: Caller, standing: Standing): number {
    const preparationMs = this.preparation.expectedMs(rows, performance.now()) ?? 0;
    return preparationMs + this.options.expectedMs(rows, call, standing);
  }

  /**
   * Does the work for a request when its turn has come.
   * @param onReady told when it has been made ready, and from now on is the engine's queue's to count
   * @throws ServingError DEADLINE_UNREACHABLE where it waited until it could not be answered in time any more; or the signal's reason
   */
  async inTurn<P, T>(
    { prepare, run, isSlow = false }: Work<P, T>,
    rows: number,
    call: Call,
    onReady: () => void,
  ): Promise<T> {
    const stopWaiting = this.wait(rows);
    try {
      const early = isSlow ? await prepare() : undefined;
      const work = async (): Promise<T> => {
        stopWaiting();
        this.checkDeadline(rows, call);
        const prepared = early ?? (await this.prepared(rows, prepare));
        onReady();
        return run(prepared);
      };
      return await this.places.run(work, call.signal, call, rows);
    } finally {
      stopWaiting();
    }
  }

  private wait(rows: number): () => void {
    this.options.onWaiting?.(rows);
    let waits = true;
    return () => {
      if (waits) this.options.onWaiting?.(-rows);
      waits = false;
    };
  }

  /** Whose turn has come waits for nobody any more but those who are made ready beside it. */
  private checkDeadline(rows: number, call: Call): void {
    const ms = this.expectedMs(rows, call, { coming: this.preparing, isIn: true });
    if (performance.now() + ms <= call.deadline) return;
    this.onRefused();
    throw deadlineMissed(ms);
  }

  private async prepared<P>(rows: number, prepare: () => Promise<P>): Promise<P> {
    this.preparing += rows;
    const began = performance.now();
    try {
      const prepared = await prepare();
      const now = performance.now();
      this.preparation.measured(rows, now - began, now);
      return prepared;
    } finally {
      this.preparing -= rows;
    }
  }
}
