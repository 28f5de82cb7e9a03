import type { Batching } from '../batching/batching.js';
import type { LoadOptions } from '../engine/engine.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { type Holder, SharedModel } from './shared-model.js';

/**
 * The versions that the engine holds for the workers, each once: the first worker that loads one has it loaded, the last that unloads
 * it has it unloaded. Two loads are of the same one if the directory and all options but `tryFirst` are the same, the fingerprint among them.
 */
export class SharedModels {
  private readonly byKey = new Map<string, SharedModel>();
  private readonly byName = new Map<string, SharedModel>();
  private made = 0;

  /** @param onLoad told of each model that the engine is given, by the engine's name for it */
  constructor(
    private readonly engine: ServingEngine,
    private readonly batching: Batching,
    private readonly onLoad: (name: string) => void = () => {},
  ) {
    engine.onLost = (name, reason) => this.lost(name, reason);
  }

  /** The model is held until `release`, also while it is still being loaded. A load that failed need not be released. */
  hold(model: string, directory: string, options: LoadOptions, holder: Holder): SharedModel {
    const { tryFirst: _, ...same } = options;
    const key = JSON.stringify([directory, same]);
    const shared = this.byKey.get(key) ?? this.load(key, model, directory, options);
    shared.holders.add(holder);
    return shared;
  }

  async release(shared: SharedModel, holder: Holder): Promise<void> {
    if (!shared.holders.delete(holder) || shared.holders.size > 0) return;
    this.forget(shared);
    const isLoaded = await shared.loaded.then(
      () => true,
      () => false,
    );
    if (isLoaded && shared.lostFor === undefined) await this.engine.unload(shared.name);
  }

  private load(key: string, model: string, directory: string, options: LoadOptions): SharedModel {
    const name = `${model}.${++this.made}`; // Two workers may have one name for different files.
    this.onLoad(name);
    const loaded = this.engine.load(name, directory, options);
    const shared = new SharedModel(name, loaded, this.batching);
    this.byKey.set(key, shared);
    this.byName.set(name, shared);
    loaded.catch(() => {
      shared.holders.clear();
      this.forget(shared);
    });
    return shared;
  }

  private lost(name: string, reason: string): void {
    const shared = this.byName.get(name);
    if (!shared) return;
    this.forget(shared);
    shared.lose(reason);
  }

  /** Who loads the same from now on gets another. */
  private forget(shared: SharedModel): void {
    this.byName.delete(shared.name);
    for (const [key, one] of this.byKey) if (one === shared) this.byKey.delete(key);
  }
}
