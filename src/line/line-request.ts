import type { BatchedAnswer } from '../batching/batching.js';
import type { NamedTensors, Signature } from '../engine/engine.js';
import type { Steps } from '../turns/slices.js';
import type { PictureTarget } from './picture-target.js';
import type { Timings } from './timings.js';

/** The pictures of a request, encoded: the rows of one input. */
export interface SentPictures {
  readonly target: PictureTarget;
  readonly bytes: readonly Uint8Array[];
  /** Whether they stand for a tensor with a batch dimension: not if there is but one, outside of a list. */
  readonly batched: boolean;
  /** Whether an error about one of them says its number and its input. */
  readonly numbered: boolean;
}

/** One run of a model, as a protocol has read it from what was sent. */
export interface LineRequest<T> {
  readonly signatureName: string;
  readonly signature: Signature;
  /** The inputs that are ready as they were sent. */
  readonly inputs: NamedTensors;
  readonly pictures?: SentPictures | undefined;
  /** Writes the answer, which may not share memory with the outputs; how long that takes is the stage `answer`. */
  write(outputs: NamedTensors): Steps<T>;
}

/** What the line has done for one. */
export interface LineAnswer<T> {
  readonly value: T;
  readonly timings: Timings;
  /** How long the run took, as the engine's queue has it, in ms. */
  readonly run: Pick<BatchedAnswer, 'queueMs' | 'inferenceMs'>;
}
