import type { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import type { Standing } from './batching.js';
import type { Wait } from './calibration.js';
import { deadlineMissed, deadlineUnreachable } from './deadline-unreachable.js';
import type { Slots } from './slots.js';
import type { Lane } from './lane.js';

const NEWCOMER: Standing = { coming: 0, isIn: false };
const LET_IN: Standing = { coming: 0, isIn: true };

/** How long requests will take, by the measured cost of batches. */
export class Forecast {
  /** @param busy the lanes in which something waits */
  constructor(
    private readonly slots: Slots,
    private readonly busy: ReadonlySet<Lane>,
  ) {}

  /**
   * How long a request takes that comes now, in ms; `undefined` where nothing was measured.
   * @param call whose it is; where that is not said, all that waits goes before it
   */
  expectedMs(
    lane: Lane,
    rows: number,
    now: number,
    call?: Pick<Call, 'caller' | 'priority'>,
    { coming, isIn }: Standing = NEWCOMER,
  ): number | undefined {
    const parts = this.partsOf(lane, rows, now, call, coming);
    if (!parts) return undefined;
    const { remainderMs, queuedMs, ownMs } = parts;
    const caution = isIn ? 1 : lane.caution;
    return remainderMs + caution * (lane.calibration.factor(now) * queuedMs + ownMs);
  }

  /** What the wait of a request that comes now is reckoned to be, to be held against what it was. */
  waitOf(lane: Lane, rows: number, now: number, call: Pick<Call, 'caller' | 'priority'>): Wait | undefined {
    const parts = this.partsOf(lane, rows, now, call, 0);
    return parts && { queuedMs: parts.queuedMs, restMs: parts.remainderMs + parts.ownMs };
  }

  private partsOf(
    lane: Lane,
    rows: number,
    now: number,
    call: Pick<Call, 'caller' | 'priority'> | undefined,
    coming: number,
  ): { remainderMs: number; queuedMs: number; ownMs: number } | undefined {
    const { maxBatchSize } = lane.rules;
    const waiting = call ? lane.rowsBefore(lane.callers.peek(call, now), now) : lane.rows;
    const before = coming + waiting;
    const fits = rows <= maxBatchSize; // Else it runs alone.
    const batchesBefore = Math.ceil(
      fits ? Math.max(0, before + rows - maxBatchSize) / maxBatchSize : before / maxBatchSize,
    );
    const remainderMs = this.slots.remainderMs(now);
    const together = before + rows - batchesBefore * maxBatchSize;
    // While it waits others come, and run with it.
    const waits = remainderMs > 0 || batchesBefore > 0;
    const ownMs = lane.expectedMs(
      !fits ? rows : waits ? Math.max(together, Math.round(lane.usualRows)) : together,
      now,
    );
    if (ownMs === undefined) return undefined;
    if (batchesBefore === 0) return { remainderMs, queuedMs: 0, ownMs };
    const each = lane.expectedMs(maxBatchSize, now)!;
    const own = batchesBefore * each;
    const queuedMs = (own + this.besideMs(lane, own, now)) / this.slots.count;
    return { remainderMs, queuedMs, ownMs };
  }

  /**
   * Refuses a request that was let in, comes now and cannot be answered in time.
   * @throws ServingError DEADLINE_UNREACHABLE
   */
  check(lane: Lane, rows: number, now: number, call: Call): void {
    const most = this.expectedMs(lane, rows, now, undefined, LET_IN); // Quick, and nearly always enough.
    if (most === undefined || now + most <= call.deadline) return;
    const ms = this.expectedMs(lane, rows, now, call, LET_IN)!;
    if (now + ms <= call.deadline) return;
    throw deadlineUnreachable(ms, most);
  }

  /** Why a request is refused that waited until it could not be answered in time any more. */
  expired(lane: Lane, now: number): ServingError {
    return deadlineMissed(this.expectedMs(lane, 0, now) ?? 0);
  }

  /** The time that other models take of the slots meanwhile: what waits of each, but no more than this one takes, since they take turns. */
  private besideMs({ model }: Lane, most: number, now: number): number {
    const others = new Map<string, number>();
    for (const lane of this.busy) {
      if (lane.model === model) continue;
      const before = others.get(lane.model) ?? 0;
      others.set(lane.model, Math.min(most, before + (lane.waitingMs(now) ?? most)));
    }
    let ms = 0;
    for (const waiting of others.values()) ms += waiting;
    return ms;
  }
}
