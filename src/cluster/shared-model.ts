import { hash } from 'node:crypto';
import type { BatchedModel, Batching } from '../batching/batching.js';
import type { LoadedModel, NamedTensors } from '../engine/engine.js';
import { bytesOf } from '../engine/tensor.js';

/** More answers of warm-ups are not kept, nor larger ones: what is asked again runs again. */
const MAX_WARM_UPS = 16;
const MAX_WARM_UP_BYTES = 2 ** 20;

/** Who uses a shared model, and is told when the engine has lost it. */
export interface Holder {
  lost(reason: string): void;
}

/** A version that the engine holds once, for all workers that loaded it. */
export class SharedModel {
  readonly holders = new Set<Holder>();
  /** Why the engine does not hold it any more, though nobody unloaded it. */
  lostFor: string | undefined;
  /** How many workers have opened it for batches. */
  private openings = 0;
  private readonly warmUps = new Map<string, Promise<NamedTensors>>();

  /** @param name the engine's name for it */
  constructor(
    readonly name: string,
    readonly loaded: Promise<LoadedModel>,
    private readonly batching: Batching,
  ) {}

  /** All who load it have read the same `model.yaml`, so the first one's word holds for all. */
  open(batched: BatchedModel): void {
    this.openings += 1;
    if (this.openings === 1) this.batching.open(this.name, batched);
  }

  close(): void {
    this.openings -= 1;
    if (this.openings === 0) this.batching.close(this.name);
  }

  /** Nobody is given it any more; what waits for it is refused. */
  lose(reason: string): void {
    this.lostFor = reason;
    if (this.openings > 0) this.batching.close(this.name);
    for (const holder of this.holders) holder.lost(reason);
    this.holders.clear();
  }

  /**
   * The same run is done once for all workers.
   * @param sent what it is run with, as bytes
   */
  warmUp(
    signature: string,
    sent: { readonly tensors: object; readonly payload: Uint8Array },
    run: () => Promise<NamedTensors>,
  ): Promise<NamedTensors> {
    const key = [signature, JSON.stringify(sent.tensors), hash('sha256', sent.payload)].join('\n');
    const known = this.warmUps.get(key);
    if (known) return known;
    const outputs = run();
    if (this.warmUps.size < MAX_WARM_UPS) {
      this.warmUps.set(key, outputs);
      void this.forgetUnlessSmall(key, outputs);
    }
    return outputs;
  }

  private async forgetUnlessSmall(key: string, outputs: Promise<NamedTensors>): Promise<void> {
    const bytes = await outputs.then(bytesOfAll, () => Infinity);
    if (bytes > MAX_WARM_UP_BYTES) this.warmUps.delete(key);
  }
}

function bytesOfAll(tensors: NamedTensors): number {
  return Object.values(tensors).reduce((sum, tensor) => sum + bytesOf(tensor), 0);
}
