import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { NamedTensors, Signature } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import type { NumberList } from '../json/number-list.js';
import type { ModelHandle } from '../models/model-handle.js';
import { checkEncoded } from '../preprocessing/check-encoded.js';
import type { Call } from '../turns/call.js';
import { columnsOf } from './pictures-among-inputs.js';
import { isNamed } from './predict-input.js';
import { noSignature } from './no-signature.js';
import { outputsToJson } from './predict.service.js';
import { roomOf } from './room.js';
import { tensorFromJson, tensorToJson } from './tensor-json.js';
import type { WorkTimes } from './timings.js';

export interface NumbersResult {
  /** One instance was sent, and its answer has no batch dimension either. */
  readonly isInstance: boolean;
  readonly outputs: unknown;
  readonly work: WorkTimes;
}

/** The line for numbers: JSON → tensors → batch → engine → JSON. */
@Injectable()
export class NumbersService {
  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Settings) {}

  /**
   * One tensor per input, whole or one instance of it.
   * @param readMs how long it took to find the numbers in the request
   */
  async input(
    model: ModelHandle,
    value: unknown,
    signatureName: string | undefined,
    call: Call,
    readMs: number,
  ): Promise<NumbersResult> {
    const started = performance.now();
    const [name, signature] = signatureOf(model, signatureName);
    const { tensors, isInstance } = readInputs(value, signature);
    const decodeMs = readMs + performance.now() - started;
    return this.run(model, name, signature, tensors, call, decodeMs, (outputs) => ({
      isInstance,
      outputs: outputsToJson(outputs, isInstance),
    }));
  }

  /** One entry per instance, answered by one entry each. */
  async instances(
    model: ModelHandle,
    values: readonly unknown[] | NumberList,
    signatureName: string | undefined,
    call: Call,
    readMs: number,
  ): Promise<NumbersResult> {
    const started = performance.now();
    const [name, signature] = signatureOf(model, signatureName);
    const { tensors } = readInputs(columnsOf(values, signature), signature);
    const decodeMs = readMs + performance.now() - started;
    return this.run(model, name, signature, tensors, call, decodeMs, (outputs) => ({
      isInstance: false,
      outputs: rowsOf(outputs, values.length),
    }));
  }

  private async run(
    model: ModelHandle,
    name: string,
    signature: Signature,
    inputs: NamedTensors,
    call: Call,
    decodeMs: number,
    answer: (outputs: NamedTensors) => Omit<NumbersResult, 'work'>,
  ): Promise<NumbersResult> {
    const { rows, bytes } = roomOf(signature, inputs);
    const admitted = model.admit(rows, bytes, call);
    try {
      const { outputs, inferenceMs, checkMs } = await admitted.inTurn({
        prepare: async () => {
          const began = performance.now();
          await checkEncoded(inputs, this.settings, model.ready.plan.maxPixels);
          return performance.now() - began;
        },
        run: async (ms) => ({ ...(await model.run(name, inputs, admitted.call)), checkMs: ms }),
      });
      const began = performance.now();
      const result = answer(outputs);
      const answerMs = performance.now() - began;
      return { ...result, work: { decodeMs: decodeMs + checkMs, preprocessMs: 0, inferenceMs, answerMs } };
    } finally {
      admitted.leave();
    }
  }
}

function signatureOf(model: ModelHandle, wanted: string | undefined): [string, Signature] {
  const { plan, loaded } = model.ready;
  const name = wanted ?? plan.signatureName;
  if (Object.hasOwn(loaded.signatures, name)) return [name, loaded.signatures[name]!];
  const reason = Object.hasOwn(loaded.refused, name) ? loaded.refused[name] : undefined;
  throw reason === undefined ? noSignature(model, wanted) : new ServingError('FIELD_INVALID', reason);
}

/** The tensors of all inputs. A single input may stand without its name. */
function readInputs(value: unknown, { inputs }: Signature): { tensors: NamedTensors; isInstance: boolean } {
  const named = isNamed(value) ? value : inputs.length === 1 ? { [inputs[0]!.name]: value } : {};
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  const stranger = Object.keys(named).find((name) => !inputs.some((input) => input.name === name));
  if (stranger !== undefined) {
    throw new ServingError(
      'INPUT_INVALID',
      `Expected the input${inputs.length === 1 ? '' : 's'} ${names} but received one named "${stranger}".`,
    );
  }
  const read = inputs.map((spec) => {
    if (!Object.hasOwn(named, spec.name))
      throw new ServingError(
        'INPUT_INVALID',
        `Expected the inputs ${names} but received none named "${spec.name}".`,
      );
    return [spec.name, tensorFromJson(named[spec.name], spec)] as const;
  });
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
function rowsOf(outputs: NamedTensors, rows: number): unknown {
  const columns = Object.entries(outputs).map(([name, tensor]) => {
    if (tensor.shape[0] !== rows)
      throw new ServingError(
        'INPUT_INVALID',
        'This model does not answer row by row: send {"input": …} instead of instances.',
      );
    return [name, tensorToJson(tensor) as unknown[]] as const;
  });
  if (columns.length === 1) return columns[0]![1];
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
  );
}
