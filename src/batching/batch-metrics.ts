import type { Metrics } from '../metrics/metrics.js';
import type { RefusalReason } from './admission.js';
import type { SchedulerOptions } from './scheduler.js';

/** What the metrics are told of batches. */
export function batchMetrics(metrics: Metrics): Pick<SchedulerOptions, 'onBatch' | 'onRefused' | 'onQueue'> {
  return {
    onBatch: ({ model, rows, reason }) => {
      metrics.batchRows.observe({ model }, rows);
      metrics.batches.inc({ model, reason });
    },
    onRefused: (model) => countRefusal(metrics, model, 'deadline'),
    onQueue: (model, rows) => metrics.queuedRows.inc({ model }, rows),
  };
}

export function countRefusal(metrics: Metrics, model: string, reason: RefusalReason): void {
  metrics.refusals.inc({ model, reason });
}
