import { Suspicions } from './suspicions.js';
import type { Priority } from '../turns/call.js';
import { FairTags } from '../turns/order.js';
import type { BatchingRules } from './batching.js';
import { Forecast } from './forecast.js';
import { Slots } from './slots.js';
import { type Entry, Lane } from './lane.js';
import { nextRun } from './next-run.js';
import { rulesWith, SIGNATURE } from './scheduler.fixture.js';

const none = (): void => {};

export interface Asked {
  readonly id: number;
  readonly model: string;
  readonly caller: string;
  readonly priority: Priority;
  readonly rows: number;
  readonly kind: string | null;
  readonly at: number;
}

export interface Began {
  readonly model: string;
  readonly ids: readonly number[];
  readonly rows: number;
  readonly at: number;
  readonly ms: number;
}

/** What a request was told when it came, and what it took. */
export interface Answered {
  readonly model: string;
  readonly at: number;
  readonly forecastMs: number;
  readonly ms: number;
}

/** The decision of what runs next, with lanes and slots as they are, at times that are made up: no engine, no clock. */
export class Simulation {
  readonly began: Began[] = [];
  readonly answered: Answered[] = [];
  now = 0;
  private readonly models = new FairTags();
  private readonly lanes = new Map<string, Lane>();
  private readonly slots: Slots;
  private readonly ends: { at: number; end: () => void }[] = [];
  private readonly ids = new Map<Entry, number>();
  private readonly told = new Map<Entry, number | undefined>();
  private readonly busy = new Set<Lane>();
  private readonly forecast: Forecast;

  /** @param costs of a run by model: ms for `rows` rows */
  constructor(
    costs: Readonly<Record<string, (rows: number) => number>>,
    rules: Partial<BatchingRules> = {},
    slots = 1,
    /** Whether runs are measured, and what requests are told by that is kept. */
    private readonly measures = false,
  ) {
    this.slots = new Slots(slots, 2);
    this.forecast = new Forecast(this.slots, this.busy);
    for (const name of Object.keys(costs)) {
      const model = { name, signatures: { s: SIGNATURE }, rows: {}, stateful: [], rules: rulesWith(rules) };
      this.lanes.set(name, new Lane(name, 's', model, this.models, new Suspicions(name, {})));
    }
    this.costs = costs;
  }

  private readonly costs: Readonly<Record<string, (rows: number) => number>>;

  ask({ id, model, caller, priority, rows, kind, at }: Asked): void {
    this.runUntil(at);
    const lane = this.lanes.get(model)!;
    const turn = lane.callers.turnFor({ caller, priority }, rows, at);
    const { signal } = new AbortController();
    const call = { caller, priority };
    const standing = { coming: 0, isIn: true };
    const told = this.measures ? this.forecast.expectedMs(lane, rows, at, call, standing) : undefined;
    const wait = this.measures ? this.forecast.waitOf(lane, rows, at, call) : undefined;
    const entry: Entry = {
      turn,
      kind,
      rows,
      deadline: Infinity,
      inputs: {},
      signal,
      wait,
      resolve: none,
      reject: none,
      stay: none,
    };
    this.ids.set(entry, id);
    this.told.set(entry, told);
    lane.add(entry, at);
    this.busy.add(lane);
    this.decide();
  }

  /** Lets the time go by, run after run. */
  runUntil(time: number): void {
    for (;;) {
      let first = 0;
      for (let index = 1; index < this.ends.length; index++) {
        if (this.ends[index]!.at < this.ends[first]!.at) first = index;
      }
      const next = this.ends[first];
      if (!next || next.at > time) break;
      this.ends.splice(first, 1);
      this.now = next.at;
      next.end();
      this.decide();
    }
    this.now = Math.max(this.now, time);
    this.decide();
  }

  waiting(model: string): number {
    return this.lanes.get(model)!.rows;
  }

  private decide(): void {
    for (;;) {
      const busy = [...this.lanes.values()].filter(({ lines }) => lines.size > 0);
      const next = nextRun<Entry, Lane>(busy, this.slots.states, this.now);
      if ('waitUntil' in next) return;
      this.begin(next.run, next.requests, busy);
    }
  }

  private measure(lane: Lane, entries: readonly Entry[], ms: number): void {
    lane.measured(
      entries.reduce((sum, { rows }) => sum + rows, 0),
      ms,
      this.now,
    );
    for (const entry of entries) {
      const forecastMs = this.told.get(entry);
      const took = this.now - entry.turn.arrived;
      if (forecastMs !== undefined)
        this.answered.push({ model: lane.model, at: entry.turn.arrived, forecastMs, ms: took });
      lane.calibrate(entry, this.now);
    }
  }

  private begin(lane: Lane, entries: readonly Entry[], busy: readonly Lane[]): void {
    const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
    const ms = this.costs[lane.model]!(rows);
    this.models.served(Math.min(...busy.map(({ modelTag }) => modelTag)));
    this.models.tagFor(lane.model, ms);
    lane.take(entries, this.now + ms);
    if (lane.lines.size === 0) this.busy.delete(lane);
    const run = this.slots.begin(ms, this.now);
    const ids = entries.map((entry) => this.ids.get(entry)!);
    this.began.push({ model: lane.model, ids, rows, at: this.now, ms });
    const ahead = this.ends.filter(({ at }) => at > this.now).length >= this.slots.count;
    const from = ahead ? Math.min(...this.ends.map(({ at }) => at)) : this.now;
    const end = (): void => {
      this.slots.end(run, this.now);
      if (this.measures) this.measure(lane, entries, ms);
    };
    this.ends.push({ at: from + ms, end });
  }
}
