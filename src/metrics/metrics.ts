import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The stages of a prediction, as logs, answers and metrics name them. */
export const STAGES = ['decode', 'preprocess', 'queue', 'inference', 'answer', 'total'] as const;
export type Stage = (typeof STAGES)[number];

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric of the server, in one place. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Counter({
    name: 'tensornest_requests_total',
    help: 'Answered HTTP requests, by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.registry],
  });

  readonly stages = new Histogram({
    name: 'tensornest_stage_seconds',
    help: 'How long each stage of a prediction took.',
    labelNames: ['model', 'stage'] as const,
    buckets: SECONDS,
    registers: [this.registry],
  });

  readonly batchRows = new Histogram({
    name: 'tensornest_batch_rows',
    help: 'Pictures, or rows of numbers, in one run of the engine.',
    labelNames: ['model'] as const,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [this.registry],
  });

  readonly batches = new Counter({
    name: 'tensornest_batches_total',
    help: 'Runs of the engine, by why they began when they did: full, idle (an engine was free), wait (maxWaitMs was over) or deadline.',
    labelNames: ['model', 'reason'] as const,
    registers: [this.registry],
  });

  readonly refusals = new Counter({
    name: 'tensornest_refused_total',
    help: 'Pictures, or requests of numbers, that were refused with 503: queue-full or deadline.',
    labelNames: ['model', 'reason'] as const,
    registers: [this.registry],
  });

  readonly queuedRows = new Gauge({
    name: 'tensornest_queued_rows',
    help: 'Pictures, or rows of numbers, that wait for an engine, or for their turn to be decoded for it.',
    labelNames: ['model'] as const,
    registers: [this.registry],
  });

  readonly modelRequests = new Counter({
    name: 'tensornest_model_requests_total',
    help: 'Requests by the version that was to answer them, and why it was that one: version, label, default or canary.',
    labelNames: ['model', 'version', 'route'] as const,
    registers: [this.registry],
  });

  readonly shadowRequests = new Counter({
    name: 'tensornest_shadow_requests_total',
    help: 'Requests that were copied to a shadow version, by what the comparison of the answers gave.',
    labelNames: ['model', 'version', 'outcome'] as const,
    registers: [this.registry],
  });

  readonly engineRestarts = new Counter({
    name: 'tensornest_engine_restarts_total',
    help: 'How often the engine process ended unasked and was replaced: by itself, by hanging, by memory, over ENGINE_MEMORY_BYTES or killed by the kernel, or killed from outside.',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  readonly engineHandOvers = new Counter({
    name: 'tensornest_engine_hand_overs_total',
    help: 'How often the engine process was replaced because its memory had grown.',
    registers: [this.registry],
  });

  /** What the engine processes take, in bytes; set by the engine, which in an HTTP worker is another process's to measure. */
  readEngineMemory: (() => Promise<number | undefined>) | undefined;

  readonly engineResidentBytes: Gauge = new Gauge({
    name: 'tensornest_engine_resident_bytes',
    help: 'Resident memory of the engine processes, in bytes; NaN where it is not known.',
    registers: [this.registry],
    collect: async () => {
      if (this.readEngineMemory) this.engineResidentBytes.set((await this.readEngineMemory()) ?? Number.NaN);
    },
  });

  /** What the bodies of requests in flight take, in bytes; set by what reads them. */
  readBodyBytes: (() => number) | undefined;

  readonly bodyBytes: Gauge = new Gauge({
    name: 'tensornest_body_bytes',
    help: 'Memory that the bodies of requests in flight take, or have room for, in bytes.',
    registers: [this.registry],
    collect: () => this.bodyBytes.set(this.readBodyBytes?.() ?? 0),
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The series of each model's stages: found once, since to find one costs more than to count. */
  private readonly stagesOf = new Map<string, readonly Histogram.Internal<'model' | 'stage'>[]>();

  /** @param timings by stage, in ms, named `<stage>Ms` */
  observeStages(model: string, timings: Readonly<Record<`${Stage}Ms`, number>>): void {
    let series = this.stagesOf.get(model);
    if (!series) {
      series = STAGES.map((stage) => this.stages.labels({ model, stage }));
      this.stagesOf.set(model, series);
    }
    for (const [index, stage] of STAGES.entries()) series[index]!.observe(timings[`${stage}Ms`] / 1000);
  }
}
