import type { NamedTensors } from '../engine/engine.js';
import { joinRows, splitRows } from '../engine/joined-rows.js';
import { release } from '../engine/release.js';
import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import { FairTags } from '../turns/order.js';
import type { BatchedAnswer, BatchedModel, Batching, Standing } from './batching.js';
import { asServingError, isSpoiled } from './failure.js';
import { Forecast } from './forecast.js';
import { Slots } from './slots.js';
import { type Entry, Lane } from './lane.js';
import { nextRun, type RunReason } from './next-run.js';
import { Wakeup } from './wakeup.js';

export interface SchedulerOptions {
  /** Runs a signature of a model, under the engine's name for it. */
  readonly run: (engineName: string, signature: string, inputs: NamedTensors) => Promise<NamedTensors>;
  /** How many runs the engine does at once. */
  readonly slots: number;
  /** Whether a slot is given its next run before it has ended the last, so that it need not wait for it; `true` by default. */
  readonly sendsAhead?: boolean;
  /** Told after each run that ended well. */
  readonly onBatch?: (batch: RunReport) => void;
  /** Told of each request that is refused because of its deadline. */
  readonly onRefused?: (model: string) => void;
  /** Told by how many rows more, or less, of a model wait. */
  readonly onQueue?: (model: string, rows: number) => void;
}

export interface RunReport {
  readonly model: string;
  /** Without padding. */
  readonly rows: number;
  readonly reason: RunReason;
}

/** Requests that run together. */
interface Batch {
  readonly lane: Lane;
  readonly entries: readonly Entry[];
  readonly padTo: number;
  readonly reason: RunReason;
}

/**
 * Turns requests for all models into runs of the engines that these share. What runs next is `nextRun`'s to say; it is asked when
 * something arrived, when a run ended, and when the time has come that it named.
 */
export class Scheduler implements Batching {
  /** By the engine's name of the model, and then by signature. */
  private readonly models = new Map<string, ReadonlyMap<string, Lane>>();
  /** In which something waits. */
  private readonly busy = new Set<Lane>();
  private readonly slots: Slots;
  private readonly forecast: Forecast;
  /** By engine time, in ms. */
  private readonly modelTags = new FairTags();
  private readonly wakeup = new Wakeup(() => this.decide());
  /** Models of which another number of rows may wait than was told. */
  private readonly changed = new Set<string>();
  /** How many rows of a model were told to wait, where that is not 0. */
  private readonly told = new Map<string, number>();

  constructor(private readonly options: SchedulerOptions) {
    this.slots = new Slots(options.slots, options.sendsAhead === false ? 1 : 2);
    this.forecast = new Forecast(this.slots, this.busy);
  }

  open(engineName: string, model: BatchedModel): void {
    const lanes = Object.keys(model.signatures).map(
      (signature) => [signature, new Lane(engineName, signature, model, this.modelTags)] as const,
    );
    this.models.set(engineName, new Map(lanes));
  }

  close(engineName: string): void {
    const sentence = 'The model was unloaded before this request was run. Try again.';
    for (const lane of this.models.get(engineName)?.values() ?? []) {
      for (const entry of lane.waiting()) {
        this.drop(lane, entry, new ServingError('MODEL_NOT_READY', sentence, { retryAfter: 1 }));
      }
    }
    this.models.delete(engineName);
  }

  async run(engineName: string, signature: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer> {
    const lane = this.laneOf(engineName, signature);
    call.signal.throwIfAborted();
    const now = performance.now();
    const { rows, kind } = lane.shapeOf(inputs);
    this.checkDeadline(lane, rows, call, now);
    const { deadline, signal } = call;
    const turn = lane.callers.turnFor(call, rows, now);
    return new Promise((resolve, reject) => {
      const leave = (): void => this.drop(lane, entry, signal.reason);
      const stay = (): void => signal.removeEventListener('abort', leave);
      const entry: Entry = { turn, kind, rows, deadline, inputs, signal, resolve, reject, stay };
      signal.addEventListener('abort', leave, { once: true });
      lane.add(entry, now);
      this.busy.add(lane);
      this.changed.add(lane.model);
      // Requests that arrive in the same turn of the event loop, such as one caller's pictures, start together.
      this.wakeup.soon();
    });
  }

  expectedMs(
    engineName: string,
    signature: string,
    rows: number,
    call?: Pick<Call, 'caller' | 'priority'>,
    standing?: Standing,
  ): number {
    const lane = this.laneOf(engineName, signature);
    return this.forecast.expectedMs(lane, rows, performance.now(), call, standing) ?? 0;
  }

  private laneOf(engineName: string, signature: string): Lane {
    const lane = this.models.get(engineName)?.get(signature);
    if (!lane) throw new Error(`This is a bug. ${engineName} has no signature ${signature}.`);
    return lane;
  }

  private checkDeadline(lane: Lane, rows: number, call: Call, now: number): void {
    try {
      this.forecast.check(lane, rows, now, call);
    } catch (error) {
      this.options.onRefused?.(lane.model);
      throw error;
    }
  }

  /** A request that will not run: its caller left, or it is refused. */
  private drop(lane: Lane, entry: Entry, reason: unknown): void {
    if (lane.drop(entry)) {
      this.noteTaken(lane);
      this.wakeup.soon();
    }
    refuse(entry, reason);
  }

  private expire(lane: Lane, entries: readonly Entry[], now: number): void {
    for (const entry of entries) {
      this.options.onRefused?.(lane.model);
      this.drop(lane, entry, this.forecast.expired(lane, now));
    }
  }

  private noteTaken(lane: Lane): void {
    this.changed.add(lane.model);
    if (lane.lines.size === 0) this.busy.delete(lane);
  }

  /** Sends all that may be sent now, and sets the time of the next decision. */
  private decide(): void {
    const now = performance.now();
    let expiry = Infinity;
    for (const lane of this.busy) {
      if (lane.nextExpiry <= now) this.expire(lane, lane.expired(now), now);
      expiry = Math.min(expiry, lane.nextExpiry);
    }
    for (;;) {
      const next = nextRun<Entry, Lane>(this.busy, this.slots.states, now);
      if ('waitUntil' in next) {
        this.wakeup.at(Math.min(next.waitUntil, expiry), now);
        break;
      }
      const { run: lane, requests: entries, padTo, reason } = next;
      const beginsAt = now + this.slots.remainderMs(now);
      const late = entries.filter((entry) => entry.deadline <= now || lane.expiryOf(entry, now) < beginsAt);
      if (late.length > 0) this.expire(lane, late, now);
      else this.begin({ lane, entries, padTo, reason }, now);
    }
    this.tellQueues();
  }

  private tellQueues(): void {
    for (const changed of this.changed) {
      let queued = 0;
      for (const { model, rows } of this.busy) if (model === changed) queued += rows;
      const more = queued - (this.told.get(changed) ?? 0);
      if (more !== 0) this.options.onQueue?.(changed, more);
      if (queued === 0) this.told.delete(changed);
      else this.told.set(changed, queued);
    }
    this.changed.clear();
  }

  private begin(batch: Batch, now: number): void {
    const { lane, entries, padTo } = batch;
    const expectedMs = lane.expectedMs(padTo, now);
    // Whoever comes after a rest starts with the model that had least of those that wait.
    this.modelTags.served(Math.min(...Array.from(this.busy, ({ modelTag }) => modelTag)));
    this.modelTags.tagFor(lane.model, expectedMs ?? 0);
    lane.take(entries, now + (expectedMs ?? 0));
    this.noteTaken(lane);
    void this.work(batch, expectedMs, now);
  }

  /** Until the batch has its answer or, where one in it spoiled that, until each was run alone. */
  private async work(batch: Batch, expectedMs: number | undefined, sentAt: number): Promise<void> {
    const { lane, entries, padTo } = batch;
    const sent = this.slots.begin(expectedMs, sentAt);
    const outcome = await this.attempt(batch);
    const endedAt = performance.now();
    const beganAt = sent.beganAt <= endedAt ? sent.beganAt : sentAt;
    if (outcome.shares) lane.measured(padTo, endedAt - beganAt, endedAt);
    const isRunAgain = entries.length > 1 && isSpoiled(outcome.error);
    if (isRunAgain) {
      sent.expectedMs = undefined;
      await this.runEachAlone(batch);
    }
    const now = performance.now();
    this.slots.end(sent, now);
    this.modelTags.charge(lane.model, now - beganAt - (expectedMs ?? 0));
    this.decide(); // First of all the engine gets its next run; those who wait for this one come after.
    if (!isRunAgain) this.settle(batch, outcome, beganAt, endedAt);
  }

  private async runEachAlone({ lane, entries, reason }: Batch): Promise<void> {
    for (const entry of entries) {
      if (entry.signal.aborted) continue;
      const beganAt = performance.now();
      if (entry.deadline <= beganAt) {
        this.expire(lane, [entry], beganAt);
        continue;
      }
      const alone = { lane, entries: [entry], padTo: lane.paddedRows(entry), reason };
      this.settle(alone, await this.attempt(alone), beganAt, performance.now());
    }
  }

  /** A request by itself whose answer does not show what of it is padding is run once more without. */
  private async attempt(batch: Batch): Promise<Outcome> {
    const { lane, entries, padTo } = batch;
    try {
      const counts = entries.map(({ rows }) => rows);
      const joined = joinRows(
        entries.map(({ inputs }) => inputs),
        padTo,
      );
      const outputs = await this.options.run(lane.engineName, lane.signature, joined);
      const isWhole = entries.length === 1 && counts[0]! >= padTo;
      if (!isWhole) release(joined, outputs); // Made here, and read to its end.
      return { shares: isWhole ? [outputs] : splitRows(outputs, counts, padTo) };
    } catch (error) {
      const { rows } = entries[0]!;
      const isPadded = entries.length === 1 && padTo > rows;
      return isPadded && error instanceof RangeError ? this.attempt({ ...batch, padTo: rows }) : { error };
    }
  }

  private settle({ lane, entries, reason }: Batch, outcome: Outcome, beganAt: number, endedAt: number): void {
    const { shares } = outcome;
    if (!shares) {
      for (const entry of entries) refuse(entry, asServingError(outcome.error));
      return;
    }
    let rows = 0;
    for (const [index, entry] of entries.entries()) {
      rows += entry.rows;
      entry.stay();
      const queueMs = beganAt - entry.turn.arrived;
      entry.resolve({ outputs: shares[index]!, queueMs, inferenceMs: endedAt - beganAt });
    }
    this.options.onBatch?.({ model: lane.model, rows, reason });
  }
}

type Outcome =
  | { readonly shares: readonly NamedTensors[]; readonly error?: undefined }
  | { readonly shares?: undefined; readonly error: unknown };

function refuse(entry: Entry, reason: unknown): void {
  entry.stay();
  entry.reject(reason);
}
