import { INIT_OP_SIGNATURE } from '../saved-model/init-op.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import type { Signature } from './engine.js';
import { DTYPES, type TensorSpec } from './tensor.js';

export interface CarriedSignatures {
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** The signatures that cannot be run, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The signatures of a model, sorted by whether all their tensors can be given and taken. */
export function carriedSignatures(all: ReadonlyMap<string, SavedSignature>): CarriedSignatures {
  const signatures = new Map<string, SavedSignature>();
  const refused = new Map<string, string>();
  for (const [name, signature] of all) {
    if (name === INIT_OP_SIGNATURE) continue;
    const fault =
      signature.inputs.map((tensor) => faultOf(tensor, 'input')).find(isText) ??
      signature.outputs.map((tensor) => faultOf(tensor, 'output')).find(isText);
    if (fault === undefined) signatures.set(name, signature);
    else refused.set(name, `Signature ${name} cannot be served: ${fault}`);
  }
  return { signatures, refused };
}

function faultOf({ name, dtype, nodes }: SavedTensor, kind: string): string | undefined {
  if (nodes.length !== 1) {
    return `its ${kind} ${name} is sparse or made of several tensors. Export it as a dense one.`;
  }
  if (DTYPES.some((known) => known === dtype)) return undefined;
  return `its ${kind} ${name} is ${dtype}, which this server does not carry. Export it with a Cast to float32 or int32.`;
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

/** As clients see it. @param signature one of the carried */
export function publicSignature({ inputs, outputs }: SavedSignature): Signature {
  return { inputs: inputs.map(specOf), outputs: outputs.map(specOf) };
}

function specOf({ name, dtype, shape }: SavedTensor): TensorSpec {
  return { name, dtype: dtype as TensorSpec['dtype'], shape };
}
