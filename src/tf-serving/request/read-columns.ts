import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import type { JsonValue } from '../../json/json-value.js';
import type { Steps } from '../../turns/slices.js';
import { isBase64Object } from './base64.js';
import { elementsOfDType } from './elements-of-dtype.js';
import { fill } from './fill.js';
import { readPictures, type Pictures } from './pictures.js';
import { invalidArgument } from './request-error.js';

/**
 * Reads `inputs`: for each input a tensor of just the shape that its value has, or pictures for the one that may have them
 * (`FillTensorMapFromInputsMap` of `tensorflow_serving/util/json_tensor.cc`).
 */
export function* readColumns(
  value: JsonValue,
  specs: readonly TensorSpec[],
  pictureInput: string | undefined,
): Steps<Record<string, Tensor | Pictures>> {
  const inputs: [string, Tensor | Pictures][] = [];
  for (const [spec, column] of columnsOf(value, specs)) {
    const pictures = spec.name === pictureInput ? yield* readPictures(column, spec.name) : undefined;
    inputs.push([spec.name, pictures ?? (yield* readTensor(spec, column))]);
  }
  return Object.fromEntries(inputs);
}

/** Each input with its value: one that is missing is told once those before it were read. */
function* columnsOf(value: JsonValue, specs: readonly TensorSpec[]): Generator<[TensorSpec, JsonValue]> {
  if (value.kind === 'object' && !isBase64Object(value)) {
    for (const spec of specs) {
      const column = value.find(spec.name);
      if (column === undefined)
        throw invalidArgument(`Missing named input: ${spec.name} in 'inputs' object.`);
      yield [spec, column];
    }
    return;
  }
  if (specs.length > 1) {
    throw invalidArgument(
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    );
  }
  yield [specs[0]!, value];
}

function* readTensor({ dtype }: TensorSpec, value: JsonValue): Steps<Tensor> {
  const elements = elementsOfDType(dtype, 1);
  const shape = yield* fill(value, elements);
  return { dtype, shape, data: elements.finish() };
}
