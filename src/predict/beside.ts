import { splitRows } from '../engine/joined-rows.js';
import type { NamedTensors } from '../engine/engine.js';
import { describeTensor, fits, type InputSpec, type Tensor, type TensorSpec } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import type { ModelHandle } from '../models/model-handle.js';
import { inputsBeside, pictureInputName } from '../models/model-plan.js';
import type { Steps } from '../turns/slices.js';
import { fittedShape, tensorSteps } from './tensor-json.js';

/**
 * The other inputs of a model that takes more than a picture, picture by picture. Of an input with a batch dimension each picture has a
 * row; any other goes with each of them whole.
 * @param given by name, as a client sent them
 * @param pictures how many there are
 * @throws ServingError INPUT_INVALID, which names what is missing or too much
 */
export function* readBeside(
  { name, ready: { plan } }: ModelHandle,
  given: Readonly<Record<string, unknown>> | undefined,
  pictures: number,
): Steps<readonly NamedTensors[]> {
  const picture = pictureInputName(plan);
  if (picture === undefined) return Array.from({ length: pictures }, () => ({})); // Refused where it is prepared.
  const specs = inputsBeside(plan);
  checkNames(name, picture, specs, given);
  const batchOfOne = plan.signature.inputs.find((input) => input.name === picture)?.shape?.[0] === 1;
  const shared: Record<string, Tensor> = {};
  const rows: Record<string, Tensor> = {};
  for (const spec of specs) {
    const perPicture = spec.shape?.[0] === null || (batchOfOne && spec.shape?.[0] === 1);
    const wanted = perPicture ? { ...spec, shape: [null, ...spec.shape!.slice(1)] } : spec;
    const { tensor } = yield* tensorSteps(given![spec.name], wanted);
    if (perPicture) checkRows(tensor, spec, pictures);
    (perPicture ? rows : shared)[spec.name] = tensor;
  }
  const ones = Array.from({ length: pictures }, () => 1);
  return splitRows(rows, ones).map((row) => ({ ...shared, ...row }));
}

/**
 * A tensor that stands beside pictures, in the shape that its input takes; the model judges what does not suit it.
 * @throws ServingError INPUT_INVALID where it has not a row for each picture
 */
export function fitBeside(tensor: Tensor, spec: TensorSpec, pictures: number): Tensor {
  const shape = fits(tensor.shape, spec.shape) ? tensor.shape : fittedShape(tensor.shape, spec.shape)?.shape;
  const fitted = shape ? { ...tensor, shape } : tensor;
  if (spec.shape?.[0] === null) checkRows(fitted, spec, pictures);
  return fitted;
}

function checkNames(
  model: string,
  picture: string,
  specs: readonly InputSpec[],
  given: Readonly<Record<string, unknown>> = {},
): void {
  const missing = specs.filter(({ name }) => !Object.hasOwn(given, name));
  const strangers = Object.keys(given).filter((name) => !specs.some((spec) => spec.name === name));
  if (missing.length === 0 && strangers.length === 0) return;
  const takes = specs.map((spec) => `"${spec.name}" (${describeTensor(spec)})`).join(', ') || 'nothing';
  const faults = [
    ...(missing.length > 0 ? [`does not have ${quoted(missing.map(({ name }) => name))}`] : []),
    ...strangers.map((name) =>
      name === picture
        ? `has the picture's input ${quoted([name])} once more`
        : `has ${quoted([name])}, which is no input of it`,
    ),
  ];
  const sentence =
    `The model "${model}" takes ${takes} beside the picture, "${picture}", by name in the field "inputs", ` +
    `but the request ${faults.join(', and ')}.`;
  throw new ServingError('INPUT_INVALID', sentence);
}

function checkRows({ shape }: Tensor, spec: TensorSpec, pictures: number): void {
  if (shape[0] === pictures) return;
  const expected =
    pictures === 1 ? 'one row, for the one picture,' : `${pictures} rows, one for each picture,`;
  const received = shape[0] === undefined ? 'a single value' : String(shape[0]);
  throw new ServingError(
    'INPUT_INVALID',
    `Expected ${expected} of ${describeTensor(spec)} for the input "${spec.name}" but received ${received}.`,
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name.slice(0, 128))).join(', ');
}
