import { isCrash, type NamedTensors } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import { FairTags } from '../turns/order.js';
import { attempt, type Outcome, type RunEngine } from './attempt.js';
import type { BatchedAnswer, BatchedModel, Batching, Standing } from './batching.js';
import { asServingError, isSpoiled } from './failure.js';
import { Forecast } from './forecast.js';
import { Slots } from './slots.js';
import { type Entry, Lane } from './lane.js';
import { nextRun, type RunReason } from './next-run.js';
import type { CrashReport, PoisonRules } from './poisons.js';
import { Suspicions } from './suspicions.js';
import { Wakeup } from './wakeup.js';

export interface SchedulerOptions {
  /** Runs a signature of a model, under the engine's name for it. */
  readonly run: RunEngine;
  /** How many runs the engine does at once. */
  readonly slots: number;
  /** Whether a slot is given its next run before it has ended the last, so that it need not wait for it; `true` by default. */
  readonly sendsAhead?: boolean;
  /** How what ends the engine's process is refused. */
  readonly poison?: PoisonRules;
  /** Told of each input that does, when that is known. */
  readonly onPoison?: (model: string) => void;
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
    const suspicions = new Suspicions(model.name, this.options);
    const lanes = Object.keys(model.signatures).map(
      (signature) => [signature, new Lane(engineName, signature, model, this.modelTags, suspicions)] as const,
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
    const { rows, kind: own } = lane.shapeOf(inputs);
    const kind = lane.suspicions.check(signature, inputs, call.caller) ? null : own;
    this.checkDeadline(lane, rows, call, now);
    const { deadline, signal } = call;
    const wait = this.forecast.waitOf(lane, rows, now, call);
    const turn = lane.callers.turnFor(call, rows, now);
    return new Promise((resolve, reject) => {
      const leave = (): void => this.drop(lane, entry, signal.reason);
      const stay = (): void => signal.removeEventListener('abort', leave);
      const entry: Entry = { turn, kind, rows, deadline, inputs, signal, wait, resolve, reject, stay };
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

  async crashes(engineName: string): Promise<CrashReport | null> {
    const [lane] = this.models.get(engineName)?.values() ?? [];
    return lane?.suspicions.report() ?? null;
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
      lane.calibrate(entry, now);
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
      else if (!this.refuseKnown(lane, entries)) this.begin({ lane, entries, padTo, reason }, now);
    }
    this.tellQueues();
  }

  /** Requests of which it has become known, while they waited, that they end the engine's process. @returns whether there are some */
  private refuseKnown(lane: Lane, entries: readonly Entry[]): boolean {
    const refused = entries.filter((entry) => {
      const reason = lane.suspicions.refusalOf(lane.signature, entry);
      if (reason !== undefined) this.drop(lane, entry, reason);
      return reason !== undefined;
    });
    return refused.length > 0;
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
    const outcome = await attempt(this.options.run, batch);
    const endedAt = performance.now();
    const beganAt = sent.beganAt <= endedAt ? sent.beganAt : sentAt;
    if (outcome.shares) lane.measured(padTo, endedAt - beganAt, endedAt);
    const isRunAgain = entries.length > 1 && isSpoiled(outcome.error);
    if (isRunAgain) {
      sent.expectedMs = undefined;
      await this.runEachAlone(batch, outcome.error);
    }
    const now = performance.now();
    this.slots.end(sent, now);
    this.modelTags.charge(lane.model, now - beganAt - (expectedMs ?? 0));
    this.decide(); // First of all the engine gets its next run; those who wait for this one come after.
    if (!isRunAgain) this.settle(batch, outcome, beganAt, endedAt);
  }

  /** One after the other; those of which one may have ended the engine's process at once, for the engine to see to that. */
  private async runEachAlone(batch: Batch, error: unknown): Promise<void> {
    if (isCrash(error)) {
      await Promise.all(batch.entries.map((entry) => this.runAlone(batch, entry, 'second')));
      return;
    }
    for (const entry of batch.entries) await this.runAlone(batch, entry);
  }

  private async runAlone({ lane, reason }: Batch, entry: Entry, only?: 'second'): Promise<void> {
    const beganAt = performance.now();
    const isLate = entry.deadline <= beganAt;
    if (only && (isLate || entry.signal.aborted)) lane.suspicions.suspect(lane.signature, entry);
    if (entry.signal.aborted) return;
    if (isLate) {
      this.expire(lane, [entry], beganAt);
      return;
    }
    const alone = { lane, entries: [entry], padTo: lane.paddedRows(entry), reason };
    this.settle(alone, await attempt(this.options.run, alone, only), beganAt, performance.now());
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
      lane.calibrate(entry, endedAt);
      const queueMs = beganAt - entry.turn.arrived;
      entry.resolve({ outputs: shares[index]!, queueMs, inferenceMs: endedAt - beganAt });
    }
    this.options.onBatch?.({ model: lane.model, rows, reason });
  }
}

function refuse(entry: Entry, reason: unknown): void {
  entry.stay();
  entry.reject(reason);
}
