import { ServingError } from '../errors/serving-error.js';
import type { ModelHandle } from '../models/model-handle.js';
import { pixelInput } from '../models/model-plan.js';
import type { Signature } from '../engine/engine.js';
import { NumberList } from '../json/number-list.js';
import { type Steps, VALUES_A_STEP } from '../turns/slices.js';
import { isBytesObject } from './base64.js';
import { isNamed, type NamedValues, pictureOf, picturesOf, type PredictInput } from './predict-input.js';

/**
 * Inputs that were sent by name, with a picture where the model takes pixels, as that picture and what stands beside it; other inputs, strings
 * too, stay as they are.
 * @param signatureName the one that was asked for, if any: pictures are taken by the one that the model is served with
 * @throws ServingError as `predictInputOf`
 */
export function* withPictures(
  input: PredictInput,
  { ready: { plan } }: ModelHandle,
  signatureName: string | undefined,
  maxImages: number,
): Steps<PredictInput> {
  const name = pixelInput(plan)?.spec.name;
  if (name === undefined || (signatureName ?? plan.signatureName) !== plan.signatureName) return input;
  const split = (named: NamedValues): { value: unknown; beside: NamedValues } => {
    const { [name]: value, ...beside } = named;
    return { value, beside };
  };
  switch (input.kind) {
    case 'picture':
    case 'pictures':
      return input;
    case 'input': {
      const { value, beside } = split(isNamed(input.value) ? input.value : { [name]: input.value });
      if (isPicture(value)) return { kind: 'picture', picture: yield* pictureOf(value), beside };
      if (!Array.isArray(value) || !value.some(isPicture)) return input;
      return { ...(yield* picturesOf(value, maxImages)), beside };
    }
    case 'instances': {
      const columns = yield* columnsOf(input.values, plan.signature);
      const { value, beside } = split(isNamed(columns) ? columns : { [name]: columns });
      if (!Array.isArray(value) || !value.some(isPicture)) return input;
      return { ...(yield* picturesOf(value, maxImages)), beside };
    }
  }
}

/** No number is a text: one that stands where pixels belong can but be a picture. */
function isPicture(value: unknown): boolean {
  return isBytesObject(value) || typeof value === 'string';
}

/**
 * Instances by row → the same by input.
 * @throws ServingError INPUT_INVALID where one lacks an input
 */
export function* columnsOf(values: readonly unknown[] | NumberList, { inputs }: Signature): Steps<unknown> {
  if (values instanceof NumberList || !values.some(isNamed)) return values;
  const columns: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>;
  for (const [index, instance] of values.entries()) {
    const given = isNamed(instance) ? Object.keys(instance) : [];
    const missing = inputs.find(({ name }) => !given.includes(name));
    if (!isNamed(instance) || missing) {
      throw new ServingError(
        'INPUT_INVALID',
        `Expected an object with ${inputs.map(({ name }) => `"${name}"`).join(', ')} for instances[${index}].`,
      );
    }
    for (const name of given) (columns[name] ??= []).push(instance[name]);
    if (index % VALUES_A_STEP === VALUES_A_STEP - 1) yield;
  }
  return { ...columns };
}
