import type { LoadedModel, NamedTensors, Signature } from '../engine/engine.js';
import type { Call } from '../turns/call.js';
import type { CrashReport } from './poisons.js';

/** How requests for one model become runs of the engine; what `model.yaml` says under `batching`. */
export interface BatchingRules {
  /** Most rows in one run. A single request with more runs alone. */
  readonly maxBatchSize: number;
  /** How long a batch that is not full may wait for more, in ms; 0: it runs as soon as an engine is free. */
  readonly maxWaitMs: number;
  /** The sizes that the engine is given, ascending; a smaller batch is padded up to the next. Empty: any size. */
  readonly allowedBatchSizes: readonly number[];
  /** The user's word whether each row of an answer hangs on its own row of the inputs alone; `undefined`: what is known of the graph decides. */
  readonly independentRows?: boolean;
}

/** A version that the engine has loaded. */
export interface BatchedModel {
  /** The model's own name: models take turns by it, and metrics name it. */
  readonly name: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Those whose runs change what later ones answer: each request is a run of its own. */
  readonly stateful: LoadedModel['stateful'];
  readonly rows: LoadedModel['rows'];
  readonly rules: BatchingRules;
}

export interface BatchedAnswer {
  readonly outputs: NamedTensors;
  /** From the request's arrival until its batch ran, in ms: the time for which that lay ready in the engine is waiting too. */
  readonly queueMs: number;
  /** From then until the batch's answer, in ms. */
  readonly inferenceMs: number;
}

/** Where a request stands whose time is asked for. */
export interface Standing {
  /** How many rows will be here before it beside those that are. */
  readonly coming: number;
  /** It was let in, and is refused only if it would be late though runs take no longer than on the average. */
  readonly isIn: boolean;
}

/**
 * Turns requests into runs of the engine: batches form while it is busy. The requests of all HTTP workers meet in one of these;
 * in a worker it is the far end of one.
 */
export interface Batching {
  /** From now on requests for the model, under the engine's name for it, are taken. */
  open(engineName: string, model: BatchedModel): void;

  /**
   * Runs one request, alone or with others. A caller that leaves while it waits is dropped; a run, once begun, is not taken back.
   * @throws ServingError DEADLINE_UNREACHABLE at once when, by the measured cost of batches, the deadline cannot be met;
   * INPUT_REFUSED, ENGINE_FAILED, UPSTREAM_…; or the signal's reason
   */
  run(engineName: string, signature: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer>;

  /**
   * How long a request of `rows` rows that comes now would take until its answer, in ms; 0 where nothing was measured yet.
   * @param call whose request it is, where what goes before it can be told from what does not; else all that waits goes before it
   * @param standing by default that of a newcomer whom nothing else goes before
   */
  expectedMs(
    engineName: string,
    signature: string,
    rows: number,
    call?: Pick<Call, 'caller' | 'priority'>,
    standing?: Standing,
  ): number;

  /** What is refused of a model since it ended the engine's process; `null`: nothing. */
  crashes(engineName: string): Promise<CrashReport | null>;

  /** The model is about to be unloaded, and nobody uses it. */
  close(engineName: string): void;
}
