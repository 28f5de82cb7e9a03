import { INIT_OP_SIGNATURE } from '../../saved-model/init-op.js';
import type { SavedModelFile } from '../../saved-model/saved-model-file.js';
import type { SavedTensor } from '../../saved-model/signature.js';
import type { Signature } from '../engine.js';
import { DTYPES, type TensorSpec } from '../tensor.js';

/** A tensor of a signature, with the name of its node in the graph: `serving_default_x:0`. */
export interface GraphTensor {
  readonly spec: TensorSpec;
  readonly node: string;
}

export interface GraphSignature {
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

export interface CarriedSignatures {
  readonly signatures: ReadonlyMap<string, GraphSignature>;
  /** The signatures that the binding cannot carry, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The signatures of a SavedModel, sorted by whether the binding carries all their tensors. */
export function carriedSignatures(model: SavedModelFile): CarriedSignatures {
  const signatures = new Map<string, GraphSignature>();
  const refused = new Map<string, string>();
  for (const [name, { inputs, outputs }] of model.signatures) {
    if (name === INIT_OP_SIGNATURE) continue;
    try {
      signatures.set(name, {
        inputs: inputs.map((tensor) => carried(tensor, 'input')),
        outputs: outputs.map((tensor) => carried(tensor, 'output')),
      });
    } catch (error) {
      if (!(error instanceof UncarriedError)) throw error;
      refused.set(name, `Signature ${name} cannot be served: ${error.message}`);
    }
  }
  return { signatures, refused };
}

function carried({ name, dtype: dtypeName, shape, nodes }: SavedTensor, kind: string): GraphTensor {
  const [node, ...others] = nodes;
  if (node === undefined || others.length > 0) {
    throw new UncarriedError(
      `its ${kind} ${name} is sparse or made of several tensors. Export it as a dense one.`,
    );
  }
  const dtype = DTYPES.find((candidate) => candidate === dtypeName);
  if (!dtype) {
    throw new UncarriedError(
      `its ${kind} ${name} is ${dtypeName}, which the TensorFlow binding does not carry. ` +
        'Export it with a Cast to float32 or int32.',
    );
  }
  return { spec: { name, dtype, shape }, node };
}

class UncarriedError extends Error {}

export function publicSignature({ inputs, outputs }: GraphSignature): Signature {
  return { inputs: inputs.map(({ spec }) => spec), outputs: outputs.map(({ spec }) => spec) };
}
