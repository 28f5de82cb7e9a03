import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import type { SavedSignature } from '../saved-model/signature.js';

/**
 * A model as one graph of pure ops: no functions, no variables, no state, no control inputs. What a model computes, in the
 * form that every runtime can be given and every rewriting works on.
 *
 * - A node's inputs are `name` (its first output) or `name:k`; each names a node of the graph. Names are unique.
 * - Nodes come in any order; there are no cycles.
 * - A weight is a `Const` node: see `constant.ts`.
 * - Each input of a signature is a `Placeholder` node of its dtype and shape, and is named by the signature's tensor as `name:0`. Each
 *   output is an `Identity` node, named likewise; so no tensor is both fed and fetched. Signatures may share them.
 */
export interface FlatGraph {
  readonly nodes: readonly NodeDef[];
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** The SavedModel that it was made of cannot be run by TensorFlow itself, whose loader leaves some of its variables without values. */
  readonly recovered?: boolean;
}

/** The tag of the SavedModel as which one is written. */
export const TAG = 'serve';

/** Why a model cannot be made a flat graph; the message is a sentence for the user. */
export class NotFlatError extends Error {
  override readonly name = 'NotFlatError';
}

/** The node and the index of an input such as `name:1` or `name`. */
export function parseInput(input: string): { readonly node: string; readonly output: number } {
  const colon = input.lastIndexOf(':');
  return colon < 0
    ? { node: input, output: 0 }
    : { node: input.slice(0, colon), output: Number(input.slice(colon + 1)) };
}
