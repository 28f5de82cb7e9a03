import type { RowReport } from '../graph/rows/independent-rows.js';
import type { InputSpec, Tensor, TensorSpec } from './tensor.js';

/** One callable entry of a model. Names are those of the SavedModel's `signature_def`. */
export interface Signature {
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly TensorSpec[];
}

export interface LoadedModel {
  /** The signatures that this runtime can run, by name. */
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Of each of them, whether requests may share a run: whether each row of an answer hangs on its own row of the inputs alone. */
  readonly rows: Readonly<Record<string, RowReport>>;
  /** The signatures that it cannot run, by name, with the sentence that says why. */
  readonly refused: Readonly<Record<string, string>>;
  /** Where it runs: `cpu`, `gpu:0`, … */
  readonly device: string;
  /** By how much the engine's process grew; 0 where that is not known. */
  readonly memoryBytes: number;
  readonly graph: GraphReport;
  /** What is wrong with it, or with how it was loaded, although it runs, and what to do: clauses about the model. */
  readonly warnings: readonly string[];
  /**
   * The signatures whose runs change what later runs answer, such as those that count: no run of them may be made up, repeated or joined
   * with another. All runs of a model that has some share one state, in whatever process and thread they run.
   */
  readonly stateful: readonly string[];
  /** Every signature that the model declares, also those that cannot be run, for protocols that show them. */
  readonly declared: Readonly<Record<string, DeclaredSignature>>;
}

/** A signature as a SavedModel's `signature_def` has it. */
export interface DeclaredSignature {
  /** `tensorflow/serving/predict`, `…/classify`, `…/regress`; may be empty. */
  readonly methodName: string;
  readonly inputs: Readonly<Record<string, DeclaredTensor>>;
  readonly outputs: Readonly<Record<string, DeclaredTensor>>;
}

export interface DeclaredTensor {
  /** The name of TensorFlow's `DataType`: `DT_FLOAT`. */
  readonly dtype: string;
  readonly shape: TensorSpec['shape'];
  /** The graph's tensor, such as `serving_default_x:0`; empty where it is made of several. */
  readonly tensor: string;
}

/**
 * Whether a model runs in a form made for speed, which TensorFlow has seen to answer the same where it could run the model; if
 * not, why, as a sentence. `except`: the signatures that run as they were exported all the same, each with the reason.
 */
export type GraphReport =
  | { readonly optimised: true; readonly except?: Readonly<Record<string, string>> }
  | { readonly optimised: false; readonly reason: string };

/** What runs the models, for logs, health and `GET /models`. */
export interface EngineInfo {
  /** `tensorflow`, `wasm`, `fake`, … */
  readonly runtime: string;
  readonly version: string;
  readonly device: string;
  /** For the log alone, a sentence: why it is this runtime, if a better one was looked for. */
  readonly note?: EngineNote;
}

export interface EngineNote {
  /** A sentence. */
  readonly text: string;
  /** Whether something is broken, and not just absent. */
  readonly isFault: boolean;
}

export interface LoadOptions {
  /** Ops that this model may have beyond those that image models need, by name: `ReadFile`. */
  readonly allowOps: readonly string[];
  /** Whether to look for a faster form of the model. */
  readonly optimise: boolean;
  /** The folder that no link among the model's files may lead out of; that of the version where it is absent. */
  readonly root?: string;
  /** Where a runtime may keep what it makes of models; it is made when it is needed. */
  readonly cacheDirectory: string;
  /** Changes with the model's files and with all that says how it is loaded: who loads the same again may be given what is there. */
  readonly fingerprint?: string;
  /** Whether others are served whom it could harm: then it is first held by a process of its own, until it is admitted. */
  readonly tryFirst?: boolean;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * What a runtime must do. It knows nothing about HTTP, labels or pictures.
 *
 * Calls may overlap; a runtime begins runs in the order they came. Every method rejects with an `EngineError`.
 */
export interface Engine {
  /** How many runs it does at once, at least 1; never changes. Who sends it more makes them wait in it. */
  readonly runsAtOnce: number;

  info(): Promise<EngineInfo>;

  /**
   * Loads a model from a directory and keeps it under `model`, a name chosen by the caller and not in use.
   * Slow (seconds) and not cheap in memory. After a rejection nothing is kept.
   */
  load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel>;

  /**
   * Runs one signature. `inputs` has exactly the signature's inputs, of its dtypes (or uint8 pixels with a
   * `normalise`) and of shapes that fit its shapes; the answer has all its outputs. Not retried, not batched.
   */
  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors>;

  /** Forgets a model. Its memory may stay with the process. */
  unload(model: string): Promise<void>;

  /** Ends the runtime; calls in flight may be rejected. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * `load`: the model's files are at fault. `run`: the model failed on this input; others may do. `input`: so it did, and the message may
 * be told to whoever sent it. `gone`: the engine does not hold the model, as after a crash where its files had been removed; a call that asks for
 * the version of now may succeed. `crashed`: the engine's process ended or hung; the same call may succeed later. `away`: no process is in service,
 * and none began with the call.
 *
 * Of a remote engine, whose messages may be told too: `upstream-failed`, it answered with an error of its own or with what
 * cannot be read; `upstream-unavailable`, it cannot be reached or says that it is busy, and the same call may succeed later;
 * `upstream-timeout`, it did not answer in time.
 */
export type EngineErrorKind =
  | 'load'
  | 'run'
  | 'input'
  | 'gone'
  | 'crashed'
  | 'away'
  | 'upstream-failed'
  | 'upstream-unavailable'
  | 'upstream-timeout';

interface CrashDetails {
  readonly isCulprit?: boolean;
  readonly isMemory?: boolean;
  readonly isOutside?: boolean;
  readonly retryAfter?: number;
}

/** Why an engine could not do what it was asked. */
export class EngineError extends Error {
  /** Of a crash: it was this very call that the process hung in. */
  readonly isCulprit: boolean;
  /** Of a crash: the process took more memory than it may. */
  readonly isMemory: boolean;
  /** Of a crash: somebody else killed the process, so that no call is at fault. */
  readonly isOutside: boolean;
  /** In how many s the same call may succeed, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly kind: EngineErrorKind,
    message: string,
    { isCulprit = false, isMemory = false, isOutside = false, retryAfter }: CrashDetails = {},
  ) {
    super(message);
    this.name = 'EngineError';
    this.isCulprit = isCulprit;
    this.isMemory = isMemory;
    this.isOutside = isOutside;
    this.retryAfter = retryAfter;
  }
}

/** Whether the engine's process ended or hung: the same call may succeed in the next one. */
export function isCrash(error: unknown): error is EngineError {
  return error instanceof EngineError && error.kind === 'crashed';
}
