import type { NamedTensors, Signature } from '../engine/engine.js';
import { rowsOf } from '../engine/joined-rows.js';
import { costBefore, type FairTags, FairTurns, type Turn } from '../turns/order.js';
import { BatchCost, NEWEST } from './batch-cost.js';
import type { BatchedAnswer, BatchedModel, BatchingRules } from './batching.js';
import { Calibration, type Wait } from './calibration.js';
import type { Line, Waiting } from './form-batch.js';
import type { WaitingLane } from './next-run.js';
import type { Suspicions } from './suspicions.js';
import { joiningOf } from './joining.js';
import { haveSameRows, haveRanksOf, isBatchable, kindOf, paddedRows } from './rows.js';

/** A request in a lane, and who waits for its answer. */
export interface Entry extends Waiting {
  readonly inputs: NamedTensors;
  readonly signal: AbortSignal;
  /** What it was reckoned to wait when it came; absent where nothing was known. */
  readonly wait?: Wait | undefined;
  resolve(answer: BatchedAnswer): void;
  reject(error: unknown): void;
  /** Its caller's leaving does not matter any more. */
  stay(): void;
}

interface OpenLine extends Line<Entry> {
  servedAt: number;
  readonly requests: Entry[];
}

const ALONE: BatchingRules = { maxBatchSize: 1, maxWaitMs: 0, allowedBatchSizes: [] };

/** What waits for one signature of one model. */
export class Lane implements WaitingLane<Entry> {
  readonly model: string;
  readonly rules: BatchingRules;
  readonly lines = new Map<string, OpenLine>();
  readonly callers = new FairTurns();
  rows = 0;
  loners = 0;
  /** When the first request may have come to where it cannot be answered in time any more; no later than that. */
  nextExpiry = Infinity;
  private readonly declared: Signature;
  private readonly isJoined: boolean;
  private readonly cost = new BatchCost();
  readonly calibration = new Calibration();
  /** The moving average of the rows in a run. */
  usualRows = 0;

  constructor(
    readonly engineName: string,
    readonly signature: string,
    { name, signatures, rows, stateful, rules }: BatchedModel,
    private readonly models: FairTags,
    /** Of all signatures of the model. */
    readonly suspicions: Suspicions,
  ) {
    this.model = name;
    this.declared = signatures[signature] as Signature;
    this.isJoined = joiningOf(signature, this.declared, { rows, stateful }, rules).joined;
    this.rules = this.isJoined ? rules : ALONE;
  }

  get modelTag(): number {
    return this.models.startOf(this.model);
  }

  /** How the requests of these inputs are joined with others. */
  shapeOf(inputs: NamedTensors): Pick<Waiting, 'rows' | 'kind'> {
    if (!isBatchable(this.declared)) return { rows: 1, kind: null };
    const canBeJoined = this.isJoined && haveSameRows(inputs) && haveRanksOf(this.declared, inputs);
    return { rows: rowsOf(inputs), kind: canBeJoined ? kindOf(inputs) : null };
  }

  /** The rows of a run of one request alone, padding included. */
  paddedRows({ rows, kind }: Pick<Waiting, 'rows' | 'kind'>): number {
    return kind === null ? rows : paddedRows(rows, this.rules.allowedBatchSizes);
  }

  /** What a run of so many rows takes, with what they are padded to. */
  expectedMs(rows: number, now: number): number | undefined {
    return this.cost.expectedMs(paddedRows(rows, this.rules.allowedBatchSizes), now);
  }

  /** What all that waits in it takes, in runs as full as can be; `undefined` where nothing was measured. */
  waitingMs(now: number): number | undefined {
    const { maxBatchSize } = this.rules;
    const [runs, rest] = [Math.floor(this.rows / maxBatchSize), this.rows % maxBatchSize];
    const whole = runs > 0 ? this.expectedMs(maxBatchSize, now) : 0;
    const last = rest > 0 ? this.expectedMs(rest, now) : 0;
    return whole === undefined || last === undefined ? undefined : runs * whole + last;
  }

  /** @param rows padding included */
  measured(rows: number, ms: number, now: number): void {
    if (this.cost.expectedMs(rows, now) === undefined) this.nextExpiry = now; // Now it can be told.
    this.cost.measured(rows, ms, now);
    if (rows <= this.rules.maxBatchSize) this.usualRows += NEWEST * (rows - this.usualRows);
  }

  /** By what the expected time of runs is multiplied to tell a deadline that can be met from one that cannot. */
  get caution(): number {
    return this.cost.caution;
  }

  /** From when on the request could not be answered in time even if it ran at once, alone; `Infinity` where that cannot be told. */
  expiryOf({ deadline, rows }: Pick<Waiting, 'deadline' | 'rows'>, now: number): number {
    return deadline - (this.expectedMs(rows, now) ?? -Infinity);
  }

  /** How many rows go before a request that comes now. */
  rowsBefore(turn: Turn, now: number): number {
    const lines = Array.from(this.lines.values(), ({ servedAt, requests: entries }) => ({
      servedAt,
      entries,
    }));
    return costBefore(lines, turn, now, ({ rows }) => rows);
  }

  /** Of a request that was answered, or gave up waiting. */
  calibrate({ wait, turn }: Entry, now: number): void {
    if (wait) this.calibration.came(wait, now - turn.arrived, now);
  }

  add(entry: Entry, now: number): void {
    const { caller } = entry.turn;
    const line = this.lines.get(caller);
    if (line) line.requests.push(entry);
    else this.lines.set(caller, { servedAt: -Infinity, requests: [entry] });
    this.count(entry, 1);
    this.nextExpiry = Math.min(this.nextExpiry, this.expiryOf(entry, now));
  }

  /** Takes out a request that will not run. @returns whether it was still waiting */
  drop(entry: Entry): boolean {
    if (!this.takeOut(entry)) return false;
    this.callers.gaveUp(entry.turn, entry.rows);
    return true;
  }

  /** Takes out what runs now. @param until when it has been served, as far as that is known */
  take(entries: readonly Entry[], until: number): void {
    for (const entry of entries) {
      this.takeOut(entry);
      this.callers.served(entry.turn);
      const line = this.lines.get(entry.turn.caller);
      if (line) line.servedAt = until;
    }
  }

  /** The requests that cannot be answered in time any more; looks for the next time when there may be some. */
  expired(now: number): readonly Entry[] {
    const expired: Entry[] = [];
    this.nextExpiry = Infinity;
    for (const entry of this.waiting()) {
      const expiry = this.expiryOf(entry, now);
      if (expiry <= now) expired.push(entry);
      else this.nextExpiry = Math.min(this.nextExpiry, expiry);
    }
    return expired;
  }

  /** Every request that waits, line by line. */
  waiting(): readonly Entry[] {
    return Array.from(this.lines.values()).flatMap(({ requests }) => requests);
  }

  private takeOut(entry: Entry): boolean {
    const { caller } = entry.turn;
    const line = this.lines.get(caller);
    const at = line?.requests.indexOf(entry) ?? -1;
    if (!line || at < 0) return false;
    if (at === 0) line.requests.shift();
    else line.requests.splice(at, 1);
    if (line.requests.length === 0) this.lines.delete(caller);
    this.count(entry, -1);
    return true;
  }

  private count({ rows, kind }: Entry, by: 1 | -1): void {
    this.rows += by * rows;
    if (kind === null) this.loners += by;
  }
}
