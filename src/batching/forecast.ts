import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import type { Hosts } from './hosts.js';
import type { Lane } from './lane.js';

/** How long requests will take, by the measured cost of batches. */
export class Forecast {
  /** @param busy the lanes in which something waits */
  constructor(
    private readonly hosts: Hosts,
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
  ): number | undefined {
    const { maxBatchSize } = lane.rules;
    const before = call ? lane.rowsBefore(lane.callers.peek(call, now), now) : lane.rows;
    const fits = rows <= maxBatchSize; // Else it runs alone.
    const batchesBefore = Math.ceil(
      fits ? Math.max(0, before + rows - maxBatchSize) / maxBatchSize : before / maxBatchSize,
    );
    const own = lane.expectedMs(fits ? before + rows - batchesBefore * maxBatchSize : rows, now);
    if (own === undefined) return undefined;
    const remainder = this.hosts.remainderMs(now);
    if (batchesBefore === 0) return remainder + own;
    const each = lane.expectedMs(maxBatchSize, now)!;
    return remainder + (batchesBefore * each * this.modelsWith(lane)) / this.hosts.count + own;
  }

  /**
   * Refuses a request that comes now and cannot be answered in time.
   * @throws ServingError DEADLINE_UNREACHABLE
   */
  check(lane: Lane, rows: number, now: number, call: Call): void {
    const most = this.expectedMs(lane, rows, now); // Quick, and nearly always enough.
    if (most === undefined || now + most <= call.deadline) return;
    const ms = this.expectedMs(lane, rows, now, call)!;
    if (now + ms <= call.deadline) return;
    const sentence =
      `This request would be answered in about ${(ms / 1000).toPrecision(2)} s, which is after its deadline. ` +
      'Try again later, or give it more time.';
    throw unreachable(sentence, most);
  }

  /** Why a request is refused that waited until it could not be answered in time any more. */
  expired(lane: Lane, now: number): ServingError {
    const sentence = 'This request has waited too long to be answered by its deadline. Try again.';
    return unreachable(sentence, this.expectedMs(lane, 0, now) ?? 0);
  }

  /** How many models share the hosts, this one included. */
  private modelsWith({ model }: Lane): number {
    const models = new Set([model]);
    for (const lane of this.busy) models.add(lane.model);
    return models.size;
  }
}

/** @param afterMs how long what waits now will take */
function unreachable(sentence: string, afterMs: number): ServingError {
  return new ServingError('DEADLINE_UNREACHABLE', sentence, {
    retryAfter: Math.max(1, Math.ceil(afterMs / 1000)),
  });
}
