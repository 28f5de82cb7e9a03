import { Injectable } from '@nestjs/common';
import { Counter, exponentialBuckets, Histogram, Registry } from 'prom-client';
import { type ModelHandle } from '../models/model-handle.js';
import type { ModelScope } from '../metrics/metrics-json.js';
import { MetricsPages } from '../metrics/metrics-pages.js';
import type { Verb } from './path.js';
import type { StatusCode } from './status.js';

/** Buckets of TensorFlow Serving, in microseconds. */
const LATENCIES = exponentialBuckets(10, 1.8, 33);
const QUEUE_LATENCIES = exponentialBuckets(100, 1.2, 52);
const EXAMPLES = exponentialBuckets(1, 2, 15);

const API = { predict: 'Predict', classify: 'Classify', regress: 'Regress' } as const;

/** How long a run took, in ms. */
export interface RunTimes {
  readonly queueMs: number;
  readonly inferenceMs: number;
}

/**
 * What TensorFlow Serving tells of its requests, under its names (`servables/tensorflow/util.cc`,
 * `batching/batching_session.cc`), for dashboards and alerts that know these. Only of requests to `/v1`.
 */
@Injectable()
export class Monitoring {
  private readonly registry = new Registry();

  private readonly requestCount = new Counter({
    name: ':tensorflow:serving:request_count',
    help: 'Requests by model and status.',
    labelNames: ['model_name', 'status'] as const,
    registers: [this.registry],
  });

  private readonly requestLatency = new Histogram({
    name: ':tensorflow:serving:request_latency',
    help: 'How long requests took that were answered with OK, in microseconds.',
    labelNames: ['model_name', 'API', 'entrypoint'] as const,
    buckets: LATENCIES,
    registers: [this.registry],
  });

  private readonly runtimeLatency = new Histogram({
    name: ':tensorflow:serving:runtime_latency',
    help: 'How long the engine took, in microseconds.',
    labelNames: ['model_name', 'API', 'runtime'] as const,
    buckets: LATENCIES,
    registers: [this.registry],
  });

  private readonly queuingLatency = new Histogram({
    name: ':tensorflow:serving:batching_session:queuing_latency',
    help: 'How long requests waited for the engine, in microseconds.',
    labelNames: ['thread_pool_name'] as const,
    buckets: QUEUE_LATENCIES,
    registers: [this.registry],
  });

  private readonly exampleCounts = new Histogram({
    name: ':tensorflow:serving:request_example_counts',
    help: 'Examples in one request to classify or regress.',
    labelNames: ['model'] as const,
    buckets: EXAMPLES,
    registers: [this.registry],
  });

  private readonly exampleCountTotal = new Counter({
    name: ':tensorflow:serving:request_example_count_total',
    help: 'Examples in all requests to classify and regress.',
    labelNames: ['model'] as const,
    registers: [this.registry],
  });

  constructor(private readonly pages: MetricsPages) {
    pages.add('monitoring', this.registry);
  }

  /**
   * In the Prometheus text format.
   * @param models whose series are told, where not all are
   */
  text(models: ModelScope): Promise<string> {
    return this.pages.text('monitoring', models);
  }

  /**
   * @param model the name of one that exists, else empty: callers must not make series by making names up
   * @param verb empty for the status and the metadata
   */
  request(model: string, verb: Verb | '', status: StatusCode, ms: number): void {
    this.requestCount.inc({ model_name: model, status });
    if (status === 'OK')
      this.requestLatency.observe({ model_name: model, API: verb, entrypoint: 'REST' }, ms * 1000);
  }

  run({ name }: Pick<ModelHandle, 'name'>, verb: Verb, { queueMs, inferenceMs }: RunTimes): void {
    this.runtimeLatency.observe({ model_name: name, API: API[verb], runtime: 'TF1' }, inferenceMs * 1000);
    this.queuingLatency.observe({ thread_pool_name: 'batch_threads' }, queueMs * 1000);
  }

  examples({ name }: Pick<ModelHandle, 'name'>, count: number): void {
    this.exampleCounts.observe({ model: name }, count);
    this.exampleCountTotal.inc({ model: name }, count);
  }
}
