import type { Engine, LoadedModel, NamedTensors } from '../engine.js';
import type { Tries } from './second-tries.js';

/**
 * The engine as the line sees it: one or several processes that hold every model, in this process's care or, in an HTTP worker, in
 * the primary's.
 */
export interface ServingEngine extends Engine {
  /** Told of each model that is no longer held although nobody unloaded it, with the reason. It need not be unloaded. */
  onLost: (model: string, reason: string) => void;

  /** Whether runs are answered: no while no process has been in service for longer than a load takes. */
  isServing(): Promise<boolean>;

  /** A run that a crash ends is tried once more, if `tries` does not say otherwise. */
  run(model: string, signature: string, inputs: NamedTensors, tries?: Tries): Promise<NamedTensors>;

  /** A run that every later process is given too, after it has loaded the model and before it is in service. */
  warmUp(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors>;

  /**
   * A model that was loaded with `tryFirst` may meet others from now on. What fails of it until then harms no other model.
   * @returns how it is held now; `null` where it was not on trial
   */
  admit(model: string): Promise<LoadedModel | null>;
}
