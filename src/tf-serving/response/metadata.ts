import type { DeclaredSignature, DeclaredTensor } from '../../engine/engine.js';

/**
 * A model's signatures as the JSON of TensorFlow Serving's `GetModelMetadataResponse`, whose key `signature_def` is there twice.
 * @param version the one that is served
 */
export function modelMetadata(
  name: string,
  version: number | bigint,
  declared: Readonly<Record<string, DeclaredSignature>>,
): object {
  return {
    model_spec: { name, signature_name: '', version: String(version) },
    metadata: { signature_def: { signature_def: mapped(declared, signatureDef) } },
  };
}

function signatureDef({ methodName, inputs, outputs }: DeclaredSignature): object {
  return {
    inputs: mapped(inputs, tensorInfo),
    outputs: mapped(outputs, tensorInfo),
    method_name: methodName,
    defaults: {},
  };
}

function tensorInfo({ dtype, shape, tensor }: DeclaredTensor): object {
  const dim = (shape ?? []).map((size) => ({ size: String(size ?? -1), name: '' }));
  return { dtype, tensor_shape: { dim, unknown_rank: shape === null }, name: tensor };
}

function mapped<T>(entries: Readonly<Record<string, T>>, map: (value: T) => object): object {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, map(value)]));
}
