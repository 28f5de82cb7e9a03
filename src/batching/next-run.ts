import { classOf } from '../turns/order.js';
import type { BatchingRules } from './batching.js';
import { formBatch, type Line, type Waiting } from './form-batch.js';

/** What waits for one signature of one model. */
export interface WaitingLane<R extends Waiting> {
  readonly rules: BatchingRules;
  /** By caller. */
  readonly lines: ReadonlyMap<string, Line<R>>;
  /** All its rows. */
  readonly rows: number;
  /** How many of its requests run alone. */
  readonly loners: number;
  /** The fair start tag of its model, by the engine time that each model used. */
  readonly modelTag: number;
  /** What a run of so many rows takes, with what they are padded to; `undefined` where that is not known. */
  expectedMs(rows: number, now: number): number | undefined;
}

/** One process that runs models one run after the other. */
export interface SlotState {
  /** How many it was given and has not answered. */
  readonly runs: number;
  /** How many it may be given at a time: 1, or 2 where the second shall lie ready when the first ends. */
  readonly mostRuns: 1 | 2;
  /** When the run that it works on ends, by the measured cost; `Infinity` where that is not known. */
  readonly endsAt: number;
}

/** Why a run begins when it does. */
export type RunReason = 'full' | 'idle' | 'wait' | 'deadline';

export type NextRun<R extends Waiting, L extends WaitingLane<R>> =
  | {
      readonly run: L;
      readonly requests: readonly R[];
      /** How many rows the engine shall be given; what the requests lack is padding. */
      readonly padTo: number;
      readonly reason: RunReason;
    }
  /** Nothing may begin before that time unless something arrives or ends; `Infinity`: nothing at all. */
  | { readonly waitUntil: number };

/** How long before the end of a run the next one is sent although it is not full. */
export const LEAD_MS = 2;
/** And how long before if it is full: no longer than it takes to lie ready in time, since what was sent cannot be taken back. */
export const FULL_LEAD_MS = 20;
/** How much sooner than by its cost alone a batch begins that waits for more and has a deadline to meet. */
export const SLACK_MS = 5;

/** The first of a lane, as lanes are compared. */
interface Front<L> {
  readonly lane: L;
  readonly class: number;
  readonly oldest: number;
}

/**
 * What runs next: of the lanes whose time has come the one with the most urgent class in effect, then with the model that used the engines
 * least, then with the oldest request. Pure: nothing is changed.
 */
export function nextRun<R extends Waiting, L extends WaitingLane<R>>(
  lanes: Iterable<L>,
  slots: readonly SlotState[],
  now: number,
): NextRun<R, L> {
  const room = roomFor(slots);
  if (room === undefined) return { waitUntil: Infinity };
  let waitUntil = Infinity;
  const fronts: Front<L>[] = [];
  for (const lane of lanes) {
    if (lane.lines.size === 0) continue;
    const from = ripeAt(lane, now);
    if (from <= now || mayBeFull(lane)) fronts.push(frontOf(lane, now));
    else waitUntil = Math.min(waitUntil, from);
  }
  while (fronts.length > 0) {
    const { lane } = takeFirst(fronts);
    const from = ripeAt(lane, now);
    // It is its turn, and full batches of others would for ever go before it: the place that comes free is kept for it.
    const keep = { waitUntil: Math.min(waitUntil, room) };
    if (from <= now && room > now && !mayBeFull(lane)) return keep;
    const { requests, padTo, isFull } = formBatch(lane.lines, lane.rules, now);
    if (isFull) {
      const sendableFrom = room - (FULL_LEAD_MS - LEAD_MS);
      if (sendableFrom > now) return { waitUntil: Math.min(waitUntil, sendableFrom) };
      return { run: lane, requests, padTo, reason: 'full' };
    }
    if (from <= now && room > now) return keep;
    if (from <= now) return { run: lane, requests, padTo, reason: reasonOf(lane, now) };
    waitUntil = Math.min(waitUntil, from);
  }
  return { waitUntil };
}

/** From when on a batch that is not full may be sent to some slot; a full one may be somewhat sooner. `undefined`: none may. */
function roomFor(slots: readonly SlotState[]): number | undefined {
  let from: number | undefined;
  for (const { runs, mostRuns, endsAt } of slots) {
    if (runs === 0) return -Infinity;
    if (runs < mostRuns) from = Math.min(from ?? Infinity, endsAt - LEAD_MS);
  }
  return from;
}

/** Whether the lane's next batch may be one that nothing could be added to: by its rows alone that cannot be said for sure. */
function mayBeFull({ rows, loners, rules }: WaitingLane<Waiting>): boolean {
  return rows >= rules.maxBatchSize || loners > 0;
}

/** From when on the lane's next batch may run although it is not full. */
function ripeAt(lane: WaitingLane<Waiting>, now: number): number {
  const { maxWaitMs, maxBatchSize } = lane.rules;
  if (maxWaitMs === 0) return -Infinity;
  let oldest = Infinity;
  let deadline = Infinity;
  for (const { requests } of lane.lines.values()) {
    oldest = Math.min(oldest, requests[0]!.turn.arrived);
    for (const request of requests) deadline = Math.min(deadline, request.deadline);
  }
  const ms = lane.expectedMs(Math.min(lane.rows, maxBatchSize), now) ?? 0;
  return Math.min(oldest + maxWaitMs, deadline - ms - SLACK_MS);
}

function reasonOf(lane: WaitingLane<Waiting>, now: number): RunReason {
  const { maxWaitMs } = lane.rules;
  if (maxWaitMs === 0) return 'idle';
  for (const { requests } of lane.lines.values()) {
    if (requests[0]!.turn.arrived + maxWaitMs <= now) return 'wait';
  }
  return 'deadline';
}

function frontOf<L extends WaitingLane<Waiting>>(lane: L, now: number): Front<L> {
  let front = Infinity;
  let oldest = Infinity;
  for (const { servedAt, requests } of lane.lines.values()) {
    const { priority, arrived } = requests[0]!.turn;
    front = Math.min(front, classOf(priority, Math.max(arrived, servedAt), now));
    oldest = Math.min(oldest, arrived);
  }
  return { lane, class: front, oldest };
}

/** Takes out what runs first. @param fronts not empty */
function takeFirst<L extends WaitingLane<Waiting>>(fronts: Front<L>[]): Front<L> {
  let first = 0;
  for (let index = 1; index < fronts.length; index++) {
    if (compareFronts(fronts[index]!, fronts[first]!) < 0) first = index;
  }
  return fronts.splice(first, 1)[0]!;
}

function compareFronts(a: Front<WaitingLane<Waiting>>, b: Front<WaitingLane<Waiting>>): number {
  return a.class - b.class || a.lane.modelTag - b.lane.modelTag || a.oldest - b.oldest;
}
