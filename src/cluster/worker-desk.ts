import type { Duplex } from 'node:stream';
import type { Batching } from '../batching/batching.js';
import { rowsOf } from '../engine/joined-rows.js';
import type { NamedTensors } from '../engine/engine.js';
import { decodeTensors, encodeTensors, type TensorHeader } from '../engine/host/tensor-codec.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import type { RequestCounts } from '../access/limits/request-counts.js';
import type { Call } from '../turns/call.js';
import { HeldByWorker } from './held-by-worker.js';
import { type Handlers, Link, type Sent } from './link.js';
import type { ModelScope } from '../metrics/metrics-json.js';
import type { ReadShare } from './metrics-of-workers.js';
import type { BatchOutcome, BatchRun, PrimaryCalls, WorkerCalls } from './protocol.js';
import type { SharedModels } from './shared-models.js';
import { toWireError } from './wire-error.js';

/** What the primary has for all its workers. */
export interface Shared {
  readonly engine: ServingEngine;
  readonly batching: Batching;
  readonly models: SharedModels;
  readonly counts: RequestCounts;
  /** The key of this run, if there is one and it holds. */
  readonly runKey: () => string | null;
  /** A worker saw that it ends. */
  readonly endRunKey: () => void;
  /** A page of metrics, summed over all processes. */
  readonly metrics: (page: string, models: ModelScope) => Promise<string>;
  /** Once no worker listens. */
  readonly untilNeeded: () => Promise<void>;
  /** The worker cannot start. */
  readonly failed: (reason: string) => void;
}

/** The answer to what has none. */
const DONE: Sent<null> = { body: null };

/** Does for one worker what it asks of the primary, until the worker ends; then it gives up all that the worker had. */
export class WorkerDesk {
  private readonly link: Link<WorkerCalls, PrimaryCalls>;
  private readonly held: HeldByWorker;

  constructor(
    socket: Duplex,
    private readonly shared: Shared,
  ) {
    this.held = new HeldByWorker(shared.models, shared.batching, (model, reason) => {
      this.link.call('lost', { model, reason }).catch(() => {}); // It has gone itself.
    });
    // An engine that fails to unload says so when it is used again; nobody waits for this.
    this.link = new Link(socket, this.handlers(), () => void this.held.unloadAll().catch(() => {}));
  }

  /** The worker's own share of a page of metrics. */
  readonly readMetrics: ReadShare = async (page) => (await this.link.call('metrics', { page })).body;

  endRunKey(): void {
    this.link.call('endRunKey', {}).catch(() => {});
  }

  /** Tells the worker to finish what is in flight and end. */
  stop(): void {
    this.link.call('stop', {}).catch(() => {});
  }

  private handlers(): Handlers<PrimaryCalls> {
    const { held, shared } = this;
    return {
      runKey: async () => ({ body: shared.runKey() }),
      endRunKey: async () => {
        shared.endRunKey();
        return DONE;
      },
      runsAtOnce: async () => ({ body: shared.engine.runsAtOnce }),
      isServing: async () => ({ body: await shared.engine.isServing() }),
      info: async () => ({ body: await shared.engine.info() }),
      load: async ({ model, directory, options }) => ({ body: await held.load(model, directory, options) }),
      run: async ({ model, signature, tensors }, payload) => {
        const inputs = decodeTensors(tensors, payload);
        const one = held.find(model);
        return outputsOf(await shared.engine.run(one.name, signature, inputs));
      },
      warmUp: async ({ model, signature, tensors }, payload) => {
        const inputs = decodeTensors(tensors, payload);
        const one = held.find(model);
        const run = (): Promise<NamedTensors> => shared.engine.warmUp(one.name, signature, inputs);
        return outputsOf(await one.warmUp(signature, { tensors, payload }, run));
      },
      admit: async ({ model }) => ({ body: await shared.engine.admit(held.find(model).name) }),
      unload: async ({ model }) => {
        await held.unload(model);
        return DONE;
      },
      open: async ({ model, batched }) => {
        held.open(model, batched);
        return DONE;
      },
      batch: (ask, payload, signal) => this.batch(ask, payload, signal),
      crashes: async ({ model }) => ({ body: await held.crashes(model) }),
      close: async ({ model }) => {
        held.close(model);
        return DONE;
      },
      count: async ({ limit, caller }) => ({ body: await shared.counts.count(limit, caller) }),
      metrics: async ({ page, models }) => ({ body: await shared.metrics(page, models) }),
      isNeeded: async () => {
        await shared.untilNeeded();
        return DONE;
      },
      failed: async ({ reason }) => {
        shared.failed(reason);
        return DONE;
      },
    };
  }

  /** What it throws is part of the answer, since what is expected of the next such request is told beside it. */
  private async batch(
    { model, signature, tensors, remainingMs, caller, priority }: BatchRun,
    payload: Uint8Array,
    signal: AbortSignal,
  ): Promise<Sent<BatchOutcome>> {
    const { held } = this;
    const deadline = remainingMs === null ? Infinity : performance.now() + remainingMs;
    const call: Call = { signal, deadline, caller, priority };
    const inputs = decodeTensors(tensors, payload);
    const expected = (): number => held.expectedMs(model, signature, rowsOf(inputs), call);
    try {
      const { outputs, queueMs, inferenceMs } = await held.batch(model, signature, inputs, call);
      const { body, payload: data } = outputsOf(outputs);
      return { body: { ...body, queueMs, inferenceMs, expectedMs: expected() }, payload: data };
    } catch (error) {
      return { body: { failure: toWireError(error), expectedMs: expected() } };
    }
  }
}

function outputsOf(outputs: NamedTensors): {
  readonly body: { readonly tensors: readonly TensorHeader[] };
  readonly payload: readonly Uint8Array[];
} {
  const { headers: tensors, payload } = encodeTensors(outputs);
  return { body: { tensors }, payload };
}
