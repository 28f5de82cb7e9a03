import type { BatchedModel } from '../batching/batching.js';
import type { CrashReport } from '../batching/poisons.js';
import type { EngineInfo, LoadedModel, LoadOptions } from '../engine/engine.js';
import type { TensorHeader } from '../engine/host/tensor-codec.js';
import type { Count } from '../access/limits/request-windows.js';
import type { Counted } from '../access/limits/request-counts.js';
import type { MetricsJson, ModelScope } from '../metrics/metrics-json.js';
import type { Priority } from '../turns/call.js';
import type { WireError } from './wire-error.js';

interface RunOf {
  /** The worker's own name for the loaded version. */
  readonly model: string;
  readonly signature: string;
  readonly tensors: readonly TensorHeader[];
}

interface Outputs {
  readonly tensors: readonly TensorHeader[];
}

export interface BatchRun extends RunOf {
  /** From now until the answer must be there, in ms; `null`: there is no such time. */
  readonly remainingMs: number | null;
  readonly caller: string;
  readonly priority: Priority;
}

export type BatchOutcome = {
  /** What `expectedMs` of the same request would be now. */
  readonly expectedMs: number;
} & (
  (Outputs & { readonly queueMs: number; readonly inferenceMs: number }) | { readonly failure: WireError }
);

/** What a worker asks of the primary. */
export interface PrimaryCalls {
  /** The key of this run, if there is one and it holds. */
  readonly runKey: { readonly ask: object; readonly answer: string | null };
  /** The keys file holds a key: that of this run ends. */
  readonly endRunKey: { readonly ask: object; readonly answer: null };
  /** How many runs the engine does at once. */
  readonly runsAtOnce: { readonly ask: object; readonly answer: number };
  /** Whether the engine answers runs. */
  readonly isServing: { readonly ask: object; readonly answer: boolean };
  readonly info: { readonly ask: object; readonly answer: EngineInfo };
  readonly load: {
    readonly ask: { readonly model: string; readonly directory: string; readonly options: LoadOptions };
    readonly answer: LoadedModel;
  };
  /** A run of its own, in no batch. */
  readonly run: { readonly ask: RunOf; readonly answer: Outputs };
  readonly warmUp: { readonly ask: RunOf; readonly answer: Outputs };
  readonly admit: { readonly ask: { readonly model: string }; readonly answer: LoadedModel | null };
  readonly unload: { readonly ask: { readonly model: string }; readonly answer: null };
  readonly open: {
    readonly ask: { readonly model: string; readonly batched: BatchedModel };
    readonly answer: null;
  };
  readonly batch: { readonly ask: BatchRun; readonly answer: BatchOutcome };
  readonly crashes: { readonly ask: { readonly model: string }; readonly answer: CrashReport | null };
  readonly close: { readonly ask: { readonly model: string }; readonly answer: null };
  readonly count: {
    readonly ask: { readonly limit: Counted; readonly caller: string };
    readonly answer: Count;
  };
  /** A page of metrics, summed over all processes. */
  readonly metrics: {
    readonly ask: { readonly page: string; readonly models: ModelScope };
    readonly answer: string;
  };
  /** Answered when no worker listens: this one must, whether its models are there or not. */
  readonly isNeeded: { readonly ask: object; readonly answer: null };
  /** The worker cannot start, for the reason given as a text for people. */
  readonly failed: { readonly ask: { readonly reason: string }; readonly answer: null };
}

/** What the primary asks of a worker. */
export interface WorkerCalls {
  /** A model that nobody unloaded is not held any more. */
  readonly lost: {
    readonly ask: { readonly model: string; readonly reason: string };
    readonly answer: null;
  };
  /** Another process saw that the key of this run ends. */
  readonly endRunKey: { readonly ask: object; readonly answer: null };
  /** The worker's own share of a page of metrics. */
  readonly metrics: { readonly ask: { readonly page: string }; readonly answer: MetricsJson };
  /** To finish what is in flight and end. */
  readonly stop: { readonly ask: object; readonly answer: null };
}
