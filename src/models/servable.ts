import type { Admission } from '../batching/admission.js';
import type { Batching } from '../batching/batching.js';
import type { LoadedModel } from '../engine/engine.js';
import type { Labels } from '../labels/labels.js';
import type { FoundVersion } from './source/find-versions.js';
import type { ModelPlan } from './model-plan.js';
import type { Note } from './notes.js';

/** TensorFlow Serving's states of a servable (`core/servable_state.h`). They go one way. */
export type ServableState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** What a version has once it is loaded. */
export interface ReadyModel {
  readonly plan: ModelPlan;
  readonly labels: Labels | null;
  /** How many goldens came out right before it went live: all that it has. */
  readonly goldens: number;
  readonly loaded: LoadedModel;
  readonly notes: readonly Note[];
  /** Runs its signatures, under the engine's name for it. */
  readonly batching: Batching;
  /** Lets in, or refuses, what is to be run. */
  readonly admission: Admission;
  readonly loadMs: number;
  readonly warmUpMs: number;
  /** Gives back what the engine holds of it. Nobody uses it any more. */
  unload(): Promise<void>;
}

/**
 * One life of a version, from its discovery to its end. When its files or its configuration change, or when it comes back after a
 * rest, the version gets another one, of the next generation.
 */
export class Servable {
  private current: ServableState = 'START';
  /** Why it failed, as a sentence. */
  error: string | undefined;
  /** Whether it may do better later although nothing changed on the disk. */
  transient = false;
  ready: ReadyModel | undefined;
  /** Whether the version shall be served, in this generation. */
  aspired = true;
  /** In ms of `performance.now()`. */
  lastUsed: number;
  private users = 0;
  private onDrained: (() => void) | undefined;
  private readonly changes = new Set<() => void>();

  constructor(
    readonly name: string,
    readonly found: FoundVersion,
    readonly generation: number,
    /** Changes whenever the version must be loaded anew. */
    readonly key: string,
    /** It was unloaded because nobody asked for it, and is loaded again when somebody does. */
    readonly idle: boolean,
    now: number,
  ) {
    this.lastUsed = now;
    this.wanted = !idle;
  }

  /** Whether it is to be loaded as soon as it can be. */
  wanted: boolean;

  get version(): number {
    return this.found.number;
  }

  get state(): ServableState {
    return this.current;
  }

  /** Whether a request may be given to it, be it after it was loaded again. */
  get isServing(): boolean {
    return (
      this.current === 'AVAILABLE' || (this.idle && (this.current === 'START' || this.current === 'LOADING'))
    );
  }

  /** The name under which the engine knows it. */
  get engineName(): string {
    return `${this.name}/${this.version}#${this.generation}`;
  }

  loading(): void {
    this.enter('LOADING');
  }

  available(ready: ReadyModel): void {
    this.ready = ready;
    this.enter('AVAILABLE');
  }

  unloading(): void {
    this.enter('UNLOADING');
  }

  end(): void {
    this.ready = undefined;
    this.enter('END');
  }

  fail(error: string, transient: boolean): void {
    this.error = error;
    this.transient = transient;
    this.end();
  }

  /** It is not unloaded before each user has released it. */
  hold(now: number): void {
    this.users += 1;
    this.lastUsed = now;
  }

  release(now: number): void {
    this.users -= 1;
    this.lastUsed = now;
    if (this.users === 0) this.onDrained?.();
  }

  get isUsed(): boolean {
    return this.users > 0;
  }

  /** Resolves when nobody uses it any more. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.users === 0) resolve();
      else this.onDrained = resolve;
    });
  }

  /**
   * Resolves when it is available or has ended.
   * Rejects with the signal's reason when that aborts.
   */
  settled(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.changes.delete(check);
        signal.removeEventListener('abort', left);
      };
      const left = (): void => {
        stop();
        reject(signal.reason as Error);
      };
      const check = (): void => {
        if (this.current !== 'AVAILABLE' && this.current !== 'END') return;
        stop();
        resolve();
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', left, { once: true });
      this.changes.add(check);
      check();
    });
  }

  private enter(state: ServableState): void {
    this.current = state;
    for (const change of this.changes) change();
  }
}
