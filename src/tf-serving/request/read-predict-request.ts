import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import type { JsonObject } from '../../json/json-value.js';
import { atOnce, type Steps } from '../../turns/slices.js';
import type { Pictures } from './pictures.js';
import { readColumns } from './read-columns.js';
import { readRows } from './read-rows.js';
import { invalidArgument, invalidValue } from './request-error.js';

export interface PredictRequest {
  /** How the answer has to be written. */
  readonly format: 'row' | 'columnar';
  /** For each input of the signature, of its dtype; the shape that the signature declares is not looked at. */
  readonly inputs: Readonly<Record<string, Tensor | Pictures>>;
}

export interface PredictOptions {
  /** An input of numbers whose elements may also be `{"b64": …}`, which no input of numbers can be in TensorFlow Serving. */
  readonly pictureInput?: string | undefined;
  /** For the error text of a signature without inputs. */
  readonly signatureName?: string | undefined;
}

/**
 * Reads what follows the envelope of a predict request (`FillPredictRequestFromJson` of
 * `tensorflow_serving/util/json_tensor.cc`). Throws a `StatusError` with its text for what it refuses.
 */
export function* predictRequestSteps(
  body: JsonObject,
  specs: readonly TensorSpec[],
  { pictureInput, signatureName = 'DEFAULT' }: PredictOptions = {},
): Steps<PredictRequest> {
  if (specs.length === 0) return withoutInputs(body, signatureName);
  // Strings take base64 by themselves.
  const pictures = specs.some(({ name, dtype }) => name === pictureInput && dtype !== 'string')
    ? pictureInput
    : undefined;
  const instances = body.find('instances');
  const inputs = body.find('inputs');
  if (instances === undefined) {
    if (inputs === undefined) throw invalidArgument("Missing 'inputs' or 'instances' key");
    return { format: 'columnar', inputs: yield* readColumns(inputs, specs, pictures) };
  }
  if (inputs !== undefined) {
    const fault = "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ";
    throw invalidValue(body, fault);
  }
  if (instances.kind !== 'list' && (instances.kind !== 'numbers' || instances.shape.rank === 0)) {
    throw invalidValue(body, "Expecting 'instances' to be an list/array");
  }
  if (instances.kind === 'numbers' && instances.shape.size === 0) {
    throw invalidValue(body, "No values in 'instances' array");
  }
  return { format: 'row', inputs: yield* readRows(instances, specs, pictures) };
}

/** The same of a request that is small. */
export function readPredictRequest(
  body: JsonObject,
  specs: readonly TensorSpec[],
  options?: PredictOptions,
): PredictRequest {
  return atOnce(predictRequestSteps(body, specs, options));
}

/**
 * A signature that takes nothing, such as one that tells a count. TensorFlow Serving runs it by gRPC alone; here it runs where a client sends
 * no input.
 */
function withoutInputs(body: JsonObject, signatureName: string): PredictRequest {
  const inputs = body.find('inputs');
  const isNothing = inputs === undefined || (inputs.kind === 'object' && inputs.names.length === 0);
  if (isNothing && body.find('instances') === undefined) return { format: 'columnar', inputs: {} };
  throw invalidArgument(`Failed to get input map for signature: ${signatureName}`);
}
