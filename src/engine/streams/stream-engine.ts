import type { Engine } from '../engine.js';

/** A runtime of which each stream of a process has one of its own. */
export interface StreamEngine extends Engine {
  /**
   * What `attach` needs, in another thread of this process, to run a model that is loaded here: it can be sent between threads. A runtime that
   * lacks the two loads the model in each thread.
   */
  share?(model: string): Promise<unknown>;

  /** Holds a model that another thread loaded, and takes no further memory for its weights. */
  attach?(model: string, shared: unknown): Promise<void>;
}
