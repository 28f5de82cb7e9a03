import { isBatchable } from '../batching/rows.js';
import { rowsOf } from '../engine/joined-rows.js';
import type { NamedTensors, Signature } from '../engine/engine.js';
import { bytesOf } from '../engine/tensor.js';

/** What a request of numbers takes of a model's queue (`ModelHandle.admit`). */
export interface Room {
  readonly rows: number;
  readonly bytes: number;
}

/** A request that cannot share a run with others counts as one row. */
export function roomOf(signature: Signature, inputs: NamedTensors): Room {
  const rows = isBatchable(signature) ? rowsOf(inputs) : 1;
  return { rows, bytes: Object.values(inputs).reduce((sum, tensor) => sum + bytesOf(tensor), 0) };
}
