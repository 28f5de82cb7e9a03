import type { Batcher } from '../batching/batcher.js';
import type { LoadedModel } from '../engine/engine.js';
import type { Labels } from '../labels/labels.js';
import type { ModelPlan } from './model-plan.js';

/** TensorFlow Serving's states of a servable (`core/servable_state.h`). They go one way. */
export type ModelState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** What a version has once it is loaded. */
export interface ReadyModel {
  readonly plan: ModelPlan;
  readonly labels: Labels | null;
  readonly loaded: LoadedModel;
  /** One queue per signature. */
  readonly batchers: ReadonlyMap<string, Batcher>;
  readonly loadMs: number;
  readonly warmUpMs: number;
}

/** A version of a model, from its discovery to its end. */
export class ServedModel {
  private current: ModelState = 'START';
  /** Why it ended, as a sentence; `undefined` unless it failed. */
  error: string | undefined;
  ready: ReadyModel | undefined;

  constructor(
    readonly name: string,
    /** `undefined` where no version was found. */
    readonly version: number | undefined,
  ) {}

  get state(): ModelState {
    return this.current;
  }

  /** The name under which the engine knows it. */
  get engineName(): string {
    return `${this.name}/${this.version}`;
  }

  loading(): void {
    this.current = 'LOADING';
  }

  available(ready: ReadyModel): void {
    this.ready = ready;
    this.current = 'AVAILABLE';
  }

  fail(error: string): void {
    this.ready = undefined;
    this.error = error;
    this.current = 'END';
  }
}
