import type { PixelRange } from '../graph/pixel-range.js';
import { INIT_OP_SIGNATURE } from '../saved-model/init-op.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { DeclaredSignature, DeclaredTensor, Signature } from './engine.js';
import { DTYPES, type InputSpec, type TensorSpec } from './tensor.js';

export interface CarriedSignatures {
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** The signatures that cannot be run, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * The signatures of a model, sorted by whether all their tensors can be given and taken.
 * @param unsafe why further ones may not run, by name
 */
export function carriedSignatures(
  all: ReadonlyMap<string, SavedSignature>,
  unsafe: ReadonlyMap<string, string> = new Map(),
): CarriedSignatures {
  const signatures = new Map<string, SavedSignature>();
  const refused = new Map(Array.from(unsafe, ([name, why]) => [name, refusalOf(name, why)]));
  for (const [name, signature] of all) {
    if (name === INIT_OP_SIGNATURE) continue;
    const fault =
      signature.inputs.map((tensor) => faultOf(tensor, 'input')).find(isText) ??
      signature.outputs.map((tensor) => faultOf(tensor, 'output')).find(isText);
    if (fault === undefined) signatures.set(name, signature);
    else refused.set(name, refusalOf(name, fault));
  }
  return { signatures, refused };
}

function refusalOf(name: string, why: string): string {
  return `Signature ${name} cannot be served: ${why}`;
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

/**
 * As clients see it.
 * @param signature one of the carried
 * @param ranges what the graph tells of its inputs, by name
 */
export function publicSignature(
  { inputs, outputs }: SavedSignature,
  ranges?: ReadonlyMap<string, PixelRange>,
): Signature {
  const inputOf = (tensor: SavedTensor): InputSpec => {
    const takes = ranges?.get(tensor.name);
    return { ...specOf(tensor), ...(takes && { takes }) };
  };
  return { inputs: inputs.map(inputOf), outputs: outputs.map(specOf) };
}

function specOf({ name, dtype, shape }: SavedTensor): TensorSpec {
  return { name, dtype: dtype as TensorSpec['dtype'], shape };
}

/** As they are written in the model, also those that cannot be run. */
export function declaredSignatures(
  all: ReadonlyMap<string, SavedSignature>,
): Readonly<Record<string, DeclaredSignature>> {
  return Object.fromEntries(
    [...all].map(([name, { methodName, inputs, outputs }]) => [
      name,
      { methodName, inputs: declaredTensors(inputs), outputs: declaredTensors(outputs) },
    ]),
  );
}

function declaredTensors(tensors: readonly SavedTensor[]): Readonly<Record<string, DeclaredTensor>> {
  return Object.fromEntries(
    tensors.map(({ name, dataType, shape, nodes }) => [
      name,
      { dtype: DataType[dataType] ?? 'DT_INVALID', shape, tensor: nodes.length === 1 ? nodes[0]! : '' },
    ]),
  );
}
