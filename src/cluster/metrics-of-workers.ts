import { setTimeout as sleep } from 'node:timers/promises';
import { type MetricsJson, type ModelScope, sumOfMetrics, textOfMetrics } from '../metrics/metrics-json.js';

/** How long a worker may take to tell its share, in ms; for one that takes longer counts what it told last. */
const PATIENCE_MS = 2_000;

/** Gauges tell what is, and with the process that is over. */
const COUNTED = new Set<string>(['counter', 'histogram']);

/** Asks one worker for its share of a page. */
export type ReadShare = (page: string) => Promise<MetricsJson>;

/** Its shares as it told them last, by page. */
type Told = Map<string, MetricsJson>;

/**
 * The metrics of all processes as one. What a worker counted stays in the sums when it is gone, as far as it was asked before: a counter
 * that goes back would look like a server that was started again.
 */
export class MetricsOfWorkers {
  private readonly workers = new Map<ReadShare, Told>();
  /** What those counted that are gone, by page. */
  private readonly gone: Told = new Map();

  /** @param own the primary's share */
  constructor(private readonly own: ReadShare) {}

  add(worker: ReadShare): void {
    this.workers.set(worker, new Map());
  }

  remove(worker: ReadShare): void {
    for (const [page, share] of this.workers.get(worker) ?? []) {
      const counted = share.filter(({ type }) => COUNTED.has(String(type)));
      this.gone.set(page, sumOfMetrics([this.gone.get(page) ?? [], counted]));
    }
    this.workers.delete(worker);
  }

  /** @param models whose series are told, where not everything is */
  async text(page: string, models: ModelScope): Promise<string> {
    const [own, ...told] = await Promise.all([
      this.own(page).then((share) => ({ share, worker: undefined })),
      ...Array.from(this.workers, async ([worker, last]) => ({
        share: await shareOf(worker, last, page),
        worker,
      })),
    ]);
    // What one counted that ended meanwhile is among that of those that are gone.
    const alive = told.filter(({ worker }) => worker && this.workers.has(worker));
    const shares = [own.share, ...alive.map(({ share }) => share), this.gone.get(page) ?? []];
    return textOfMetrics(shares, models);
  }
}

async function shareOf(worker: ReadShare, told: Told, page: string): Promise<MetricsJson> {
  const patience = new AbortController();
  try {
    const tooLate = sleep(PATIENCE_MS, undefined, { signal: patience.signal });
    const share = await Promise.race([worker(page), tooLate]);
    if (share) told.set(page, share);
  } catch {
    // It has just ended.
  } finally {
    patience.abort();
  }
  return told.get(page) ?? [];
}
