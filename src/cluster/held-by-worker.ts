import type { BatchedAnswer, BatchedModel, Batching } from '../batching/batching.js';
import type { CrashReport } from '../batching/poisons.js';
import { EngineError, type LoadedModel, type LoadOptions, type NamedTensors } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import type { Holder, SharedModel } from './shared-model.js';
import type { SharedModels } from './shared-models.js';

interface Held {
  readonly shared: SharedModel;
  readonly holder: Holder;
  isOpen: boolean;
}

/** The models that one worker has loaded, under its own names. */
export class HeldByWorker {
  private readonly held = new Map<string, Held>();

  /** @param onLost told of each that the engine has lost: the worker holds it no more */
  constructor(
    private readonly models: SharedModels,
    private readonly batching: Batching,
    private readonly onLost: (model: string, reason: string) => void,
  ) {}

  /** @throws EngineError; the worker then holds nothing of it */
  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    const lost = (reason: string): void => {
      this.held.delete(model);
      this.onLost(model, reason);
    };
    const holder: Holder = { lost };
    const shared = this.models.hold(model, directory, options, holder);
    this.held.set(model, { shared, holder, isOpen: false });
    try {
      return await shared.loaded;
    } catch (error) {
      this.held.delete(model);
      throw error;
    }
  }

  /** @throws EngineError if it is not held */
  find(model: string): SharedModel {
    const held = this.held.get(model);
    if (!held) throw new EngineError('gone', `The model ${model} is not loaded.`);
    return held.shared;
  }

  open(model: string, batched: BatchedModel): void {
    const held = this.held.get(model);
    if (!held || held.isOpen) return;
    held.isOpen = true;
    held.shared.open(batched);
  }

  /** @throws ServingError as `Batching.run` does; ENGINE_FAILED if it is not held any more */
  async batch(model: string, signature: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer> {
    const held = this.held.get(model);
    if (!held?.isOpen) {
      const sentence = 'The engine does not hold this model any more. Try again.';
      throw new ServingError('ENGINE_FAILED', sentence, { retryAfter: 2 });
    }
    return this.batching.run(held.shared.name, signature, inputs, call);
  }

  /** How long such a request would take if it came now, in ms. */
  expectedMs(model: string, signature: string, rows: number, call: Call): number {
    const held = this.held.get(model);
    return held?.isOpen ? this.batching.expectedMs(held.shared.name, signature, rows, call) : 0;
  }

  async crashes(model: string): Promise<CrashReport | null> {
    const held = this.held.get(model);
    return held?.isOpen ? this.batching.crashes(held.shared.name) : null;
  }

  close(model: string): void {
    const held = this.held.get(model);
    if (!held?.isOpen) return;
    held.isOpen = false;
    held.shared.close();
  }

  async unload(model: string): Promise<void> {
    const held = this.held.get(model);
    if (!held) return;
    this.close(model);
    this.held.delete(model);
    await this.models.release(held.shared, held.holder);
  }

  /** The worker is gone, and uses nothing any more. */
  async unloadAll(): Promise<void> {
    await Promise.all([...this.held.keys()].map((model) => this.unload(model)));
  }
}
