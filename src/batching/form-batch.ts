import { compareTurns, type Turn } from '../turns/order.js';
import type { BatchingRules } from './batching.js';
import { paddedRows } from './rows.js';

/** A request that waits. */
export interface Waiting {
  readonly turn: Turn;
  /** Only requests of one kind can share a run; `null`: it runs alone. */
  readonly kind: string | null;
  readonly rows: number;
  /** In ms of `performance.now()`, as all times here. */
  readonly deadline: number;
}

/** What one caller has waiting in a lane, in order of arrival; never empty. */
export interface Line<R> {
  /** When somebody of this line was last served. */
  readonly servedAt: number;
  readonly requests: readonly R[];
}

/** How far into one caller's line a batch has come: the turn of the next one there. */
interface Head<R> extends Turn {
  readonly requests: readonly R[];
  readonly servedAt: number;
  at: number;
  arrived: number;
  tag: number;
  priority: Turn['priority'];
}

export interface Batch<R> {
  readonly requests: readonly R[];
  readonly padTo: number;
  /** Nothing that arrives could be added: it has all its rows, what waits does not fit any more, or it runs alone. */
  readonly isFull: boolean;
}

/**
 * The next batch of a lane: whose turn it is comes first, and then, in turn, all of its kind that fit. Nobody overtakes within a line: who
 * is of another kind or does not fit holds up its caller until the next batch.
 */
export function formBatch<R extends Waiting>(
  lines: ReadonlyMap<string, Line<R>>,
  rules: BatchingRules,
  now: number,
): Batch<R> {
  const heads = Array.from(lines.values(), headOf<R>);
  const first = nextOf(heads, now);
  const { kind } = first;
  const requests = [first];
  let { rows } = first;
  if (kind === null) return { requests, padTo: rows, isFull: true };
  let isFull = rows >= rules.maxBatchSize;
  while (rows < rules.maxBatchSize && heads.length > 0) {
    const at = indexOfFirst(heads, now);
    const { requests: line, at: place } = heads[at]!;
    const request = line[place]!;
    const isSame = request.kind === kind;
    if (isSame && rows + request.rows <= rules.maxBatchSize) {
      requests.push(request);
      rows += request.rows;
      advance(heads, at);
    } else {
      isFull ||= isSame;
      heads.splice(at, 1);
    }
  }
  return {
    requests,
    padTo: paddedRows(rows, rules.allowedBatchSizes),
    isFull: isFull || rows >= rules.maxBatchSize,
  };
}

function headOf<R extends Waiting>({ servedAt, requests }: Line<R>): Head<R> {
  const { caller, priority, arrived, tag } = requests[0]!.turn;
  return { caller, priority, arrived: Math.max(arrived, servedAt), tag, requests, servedAt, at: 0 };
}

/** Takes out whose turn it is. @param heads not empty */
function nextOf<R extends Waiting>(heads: Head<R>[], now: number): R {
  const at = indexOfFirst(heads, now);
  const { requests, at: place } = heads[at]!;
  advance(heads, at);
  return requests[place]!;
}

function indexOfFirst(heads: readonly Turn[], now: number): number {
  let first = 0;
  for (let index = 1; index < heads.length; index++) {
    if (compareTurns(heads[index]!, heads[first]!, now) < 0) first = index;
  }
  return first;
}

function advance<R extends Waiting>(heads: Head<R>[], index: number): void {
  const head = heads[index]!;
  head.at += 1;
  const next = head.requests[head.at];
  if (next === undefined) {
    heads.splice(index, 1);
    return;
  }
  head.priority = next.turn.priority;
  head.arrived = Math.max(next.turn.arrived, head.servedAt);
  head.tag = next.turn.tag;
}
