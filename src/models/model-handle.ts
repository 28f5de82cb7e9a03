import type { BatchedAnswer } from '../batching/batcher.js';
import type { NamedTensors } from '../engine/engine.js';
import type { ReadyModel, Servable } from './servable.js';

/** Told after each run, with what went in and came out. */
export type OnRun = (signature: string, inputs: NamedTensors, outputs: NamedTensors) => void;

/**
 * A version in somebody's hand: it can be used, whatever happens to it meanwhile, until it is released. Who acquires one releases
 * it, whatever happens.
 */
export class ModelHandle {
  readonly name: string;
  readonly version: number;
  readonly ready: ReadyModel;
  private released = false;

  /** @param servable in the state AVAILABLE */
  constructor(
    private readonly servable: Servable,
    private readonly onRun: OnRun | undefined,
  ) {
    this.name = servable.name;
    this.version = servable.version;
    this.ready = servable.ready!;
    servable.hold(performance.now());
  }

  /**
   * Runs a signature, alone or together with others' requests.
   * @throws ServingError QUEUE_FULL, INPUT_REFUSED, ENGINE_FAILED, UPSTREAM_…; or the signal's reason
   */
  async run(signature: string, inputs: NamedTensors, signal: AbortSignal): Promise<BatchedAnswer> {
    const batcher = this.ready.batchers.get(signature);
    if (!batcher) throw new Error(`This is a bug. ${this.name} has no signature ${signature}.`);
    const answer = await batcher.run(inputs, signal);
    this.onRun?.(signature, inputs, answer.outputs);
    return answer;
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.servable.release(performance.now());
  }
}
