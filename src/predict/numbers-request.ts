import type { NamedTensors, Signature } from '../engine/engine.js';
import type { Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import type { NumberList } from '../json/number-list.js';
import type { LineRequest } from '../line/line-request.js';
import type { ModelHandle } from '../models/model-handle.js';
import type { Steps } from '../turns/slices.js';
import { columnsOf } from './pictures-among-inputs.js';
import { isNamed } from './predict-input.js';
import { noSignature } from './no-signature.js';
import { type TensorRead, tensorSteps } from './tensor-json.js';
import { tensorValue } from './write-answer.js';

export interface NumbersAnswer {
  /** One instance was sent, and its answer has no batch dimension either. */
  readonly isInstance: boolean;
  readonly outputs: unknown;
}

type Write<T> = (answer: NumbersAnswer) => Steps<T>;

/**
 * One tensor per input, whole or one instance of it.
 * @throws ServingError INPUT_INVALID, FIELD_INVALID
 */
export function* inputRequest<T>(
  model: ModelHandle,
  value: unknown,
  wanted: string | undefined,
  write: Write<T>,
): Steps<LineRequest<T>> {
  const [signatureName, signature] = signatureOf(model, wanted);
  const { tensors, isInstance } = yield* readInputs(value, signature);
  return {
    signatureName,
    signature,
    inputs: tensors,
    *write(outputs) {
      return yield* write({ isInstance, outputs: yield* outputsToJson(outputs, isInstance) });
    },
  };
}

/**
 * One entry per instance, answered by one entry each.
 * @throws ServingError INPUT_INVALID, FIELD_INVALID
 */
export function* instancesRequest<T>(
  model: ModelHandle,
  values: readonly unknown[] | NumberList,
  wanted: string | undefined,
  write: Write<T>,
): Steps<LineRequest<T>> {
  const [signatureName, signature] = signatureOf(model, wanted);
  const { tensors } = yield* readInputs(yield* columnsOf(values, signature), signature);
  return {
    signatureName,
    signature,
    inputs: tensors,
    *write(outputs) {
      return yield* write({ isInstance: false, outputs: yield* rowsOf(outputs, values.length) });
    },
  };
}

/**
 * The outputs of a model of numbers: one output stands for itself, several are an object by name.
 * @param instance the first dimension is a batch of one that the client did not send
 */
export function* outputsToJson(outputs: NamedTensors, instance: boolean): Steps<unknown> {
  const json: [string, unknown][] = [];
  for (const [name, tensor] of Object.entries(outputs)) {
    const isBatchOfOne = instance && tensor.shape[0] === 1;
    json.push([
      name,
      yield* tensorValue(isBatchOfOne ? { ...tensor, shape: tensor.shape.slice(1) } : tensor),
    ]);
  }
  return json.length === 1 ? json[0]![1] : Object.fromEntries(json);
}

function signatureOf(model: ModelHandle, wanted: string | undefined): [string, Signature] {
  const { plan, loaded } = model.ready;
  const name = wanted ?? plan.signatureName;
  if (Object.hasOwn(loaded.signatures, name)) return [name, loaded.signatures[name]!];
  const reason = Object.hasOwn(loaded.refused, name) ? loaded.refused[name] : undefined;
  throw reason === undefined ? noSignature(model, wanted) : new ServingError('FIELD_INVALID', reason);
}

/** The tensors of all inputs. A single input may stand without its name. */
function* readInputs(
  value: unknown,
  { inputs }: Signature,
): Steps<{ tensors: NamedTensors; isInstance: boolean }> {
  const named = isNamed(value) ? value : inputs.length === 1 ? { [inputs[0]!.name]: value } : {};
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  const stranger = Object.keys(named).find((name) => !inputs.some((input) => input.name === name));
  if (stranger !== undefined) {
    throw new ServingError(
      'INPUT_INVALID',
      `Expected the input${inputs.length === 1 ? '' : 's'} ${names} but received one named "${stranger}".`,
    );
  }
  const read: (readonly [string, TensorRead])[] = [];
  for (const spec of inputs) {
    if (!Object.hasOwn(named, spec.name))
      throw new ServingError(
        'INPUT_INVALID',
        `Expected the inputs ${names} but received none named "${spec.name}".`,
      );
    read.push([spec.name, yield* tensorSteps(named[spec.name], spec)]);
  }
  const batched = read.filter((_, index) => inputs[index]!.shape?.[0] === null).map(([, given]) => given);
  const rows = new Set(batched.map(({ tensor }) => tensor.shape[0]));
  if (rows.size > 1)
    throw new ServingError(
      'INPUT_INVALID',
      `Expected as many rows in each of the inputs ${names} but received ${[...rows].join(' and ')}.`,
    );
  return {
    tensors: Object.fromEntries(read.map(([name, { tensor }]) => [name, tensor])),
    isInstance: batched.length > 0 && batched.every(({ isInstance }) => isInstance),
  };
}

/** Outputs by name → one entry per row. */
function* rowsOf(outputs: NamedTensors, rows: number): Steps<unknown> {
  const columns = Object.entries(outputs).map(([name, tensor]) => {
    if (tensor.shape[0] !== rows)
      throw new ServingError(
        'INPUT_INVALID',
        'This model does not answer row by row: send {"input": …} instead of instances.',
      );
    return [name, tensor] as const;
  });
  if (columns.length === 1) return yield* tensorValue(columns[0]![1]);
  const each: object[] = [];
  for (let row = 0; row < rows; row++) {
    const values: [string, unknown][] = [];
    for (const [name, tensor] of columns) values.push([name, yield* tensorValue(rowOf(tensor, row))]);
    each.push(Object.fromEntries(values));
    yield;
  }
  return each;
}

/** One row of a tensor that has rows. */
function rowOf({ dtype, shape, data }: Tensor, row: number): Tensor {
  const entries = data.length / shape[0]!;
  const [start, end] = [row * entries, (row + 1) * entries];
  const own = ArrayBuffer.isView(data) ? data.subarray(start, end) : data.slice(start, end);
  return { dtype, shape: shape.slice(1), data: own };
}
