import type { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import type { Standing } from './batching.js';
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
    const { maxBatchSize } = lane.rules;
    const waiting = call ? lane.rowsBefore(lane.callers.peek(call, now), now) : lane.rows;
    const before = coming + waiting;
    const fits = rows <= maxBatchSize; // Else it runs alone.
    const batchesBefore = Math.ceil(
      fits ? Math.max(0, before + rows - maxBatchSize) / maxBatchSize : before / maxBatchSize,
    );
    const remainder = this.slots.remainderMs(now);
    const together = before + rows - batchesBefore * maxBatchSize;
    // While it waits others come, and run with it.
    const waits = remainder > 0 || batchesBefore > 0;
    const own = lane.expectedMs(
      !fits ? rows : waits ? Math.max(together, Math.round(lane.usualRows)) : together,
      now,
    );
    if (own === undefined) return undefined;
    const caution = isIn ? 1 : lane.caution;
    if (batchesBefore === 0) return remainder + caution * own;
    const each = lane.expectedMs(maxBatchSize, now)!;
    const queued = (batchesBefore * each * this.modelsWith(lane)) / this.slots.count;
    return remainder + caution * (queued + own);
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

  /** How many models share the slots, this one included. */
  private modelsWith({ model }: Lane): number {
    const models = new Set([model]);
    for (const lane of this.busy) models.add(lane.model);
    return models.size;
  }
}
