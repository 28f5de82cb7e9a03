import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import { excerpt } from '../../json/excerpt.js';
import type { JsonList, JsonNumbers, JsonObject, JsonValue } from '../../json/json-value.js';
import { elementsOf } from '../../json/json-value.js';
import { type Steps, VALUES_A_STEP } from '../../turns/slices.js';
import { StatusError } from '../status.js';
import { isBase64Object } from './base64.js';
import type { Pictures } from './pictures.js';
import { invalidArgument } from './request-error.js';
import { RowInput } from './row-input.js';

/**
 * Reads `instances`, a list that is not empty: for each input a tensor with a batch dimension, or pictures for the one that may
 * have them (`FillTensorMapFromInstancesList` of `tensorflow_serving/util/json_tensor.cc`).
 */
export function* readRows(
  instances: JsonList | JsonNumbers,
  specs: readonly TensorSpec[],
  pictureInput: string | undefined,
): Steps<Record<string, Tensor | Pictures>> {
  const size = instances.kind === 'list' ? instances.items.length : instances.shape.size;
  const inputs = new Map<string, RowInput>();
  for (const spec of specs) inputs.set(spec.name, new RowInput(spec, size, spec.name === pictureInput));
  if (instances.kind === 'list' && isNamed(instances.items[0]!)) yield* readNamed(instances, inputs);
  else if (inputs.size > 1) {
    throw invalidArgument(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  } else yield* readPlain(instances, [...inputs.values()][0]!);
  return Object.fromEntries([...inputs].map(([name, input]) => [name, input.finish()]));
}

function isNamed(instance: JsonValue): instance is JsonObject {
  return instance.kind === 'object' && !isBase64Object(instance);
}

function* readPlain(instances: JsonList | JsonNumbers, input: RowInput): Steps<void> {
  if (instances.kind === 'numbers' && (yield* input.takeAll(instances))) return;
  let index = 0;
  for (const instance of elementsOf(instances)!) {
    if (isNamed(instance)) {
      throw invalidArgument(`Expecting value/list but got object at item ${index} of input list`);
    }
    yield* take(input, instance, String(index));
    index++;
    if (index % VALUES_A_STEP === 0) yield;
  }
}

function* readNamed({ items }: JsonList, inputs: ReadonlyMap<string, RowInput>): Steps<void> {
  for (const [index, instance] of items.entries()) {
    if (index % VALUES_A_STEP === VALUES_A_STEP - 1) yield;
    if (!isNamed(instance))
      throw invalidArgument(`Expecting object but got list at item ${index} of input list`);
    const named = new Set<string>();
    for (const [member, name] of instance.names.entries()) {
      const input = inputs.get(name);
      if (input === undefined) {
        throw failed(`${index} key: ${name}`, `JSON object: does not have named input: ${name}`);
      }
      if (!named.has(name)) yield* take(input, instance.values[member]!, `${index} key: ${name}`);
      named.add(name);
    }
    if (named.size === inputs.size) continue;
    const names = [...inputs.keys()].toSorted().join(',');
    throw invalidArgument(
      `Failed to process element: ${index} of 'instances' list. JSON object: ${excerpt(instance)} keys must be equal to: ${names}`,
    );
  }
}

/** Whatever is wrong with an element is an invalid argument, also what would be unimplemented by itself. */
function* take(input: RowInput, part: JsonValue, where: string): Steps<void> {
  try {
    yield* input.take(part);
  } catch (error) {
    if (error instanceof StatusError) throw failed(where, error.message, error.code);
    throw error;
  }
}

function failed(where: string, message: string, code: StatusError['code'] = 'INVALID_ARGUMENT'): StatusError {
  return invalidArgument(
    `Failed to process element: ${where} of 'instances' list. Error: ${code}: ${message}`,
  );
}
