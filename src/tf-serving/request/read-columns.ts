import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import type { JsonValue } from '../../json/json-value.js';
import { isBase64Object } from './base64.js';
import { elementsOfDType } from './elements-of-dtype.js';
import { fill } from './fill.js';
import { readPictures, type Pictures } from './pictures.js';
import { invalidArgument } from './request-error.js';

/**
 * Reads `inputs`: for each input a tensor of just the shape that its value has, or pictures for the one that may have them
 * (`FillTensorMapFromInputsMap` of `tensorflow_serving/util/json_tensor.cc`).
 */
export function readColumns(
  value: JsonValue,
  specs: readonly TensorSpec[],
  pictureInput: string | undefined,
): Record<string, Tensor | Pictures> {
  const read = (spec: TensorSpec, column: JsonValue): [string, Tensor | Pictures] => {
    const pictures = spec.name === pictureInput ? readPictures(column, spec.name) : undefined;
    return [spec.name, pictures ?? readTensor(spec, column)];
  };
  if (value.kind === 'object' && !isBase64Object(value)) {
    return Object.fromEntries(
      specs.map((spec) => {
        const column = value.find(spec.name);
        if (column === undefined)
          throw invalidArgument(`Missing named input: ${spec.name} in 'inputs' object.`);
        return read(spec, column);
      }),
    );
  }
  if (specs.length > 1) {
    throw invalidArgument(
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    );
  }
  return Object.fromEntries([read(specs[0]!, value)]);
}

function readTensor({ dtype }: TensorSpec, value: JsonValue): Tensor {
  const elements = elementsOfDType(dtype, 1);
  const shape = fill(value, elements);
  return { dtype, shape, data: elements.finish() };
}
