import { Injectable } from '@nestjs/common';
import type { NamedTensors, Signature } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import { outputsToJson } from './predict.service.js';
import { tensorFromJson, tensorToJson } from './tensor-json.js';
import type { Timings } from './timings.js';

export interface NumbersResult {
  /** One instance was sent, and its answer has no batch dimension either. */
  readonly isInstance: boolean;
  readonly outputs: unknown;
  readonly timings: Timings;
}

/** The line for numbers: JSON → tensors → batch → engine → JSON. */
@Injectable()
export class NumbersService {
  constructor(private readonly metrics: Metrics) {}

  /** One tensor per input, whole or one instance of it. */
  async input(
    model: ModelHandle,
    value: unknown,
    signatureName: string | undefined,
    signal: AbortSignal,
  ): Promise<NumbersResult> {
    const started = performance.now();
    const [name, signature] = signatureOf(model, signatureName);
    const { tensors, isInstance } = readInputs(value, signature);
    return this.run(model, name, tensors, signal, started, (outputs) => ({
      isInstance,
      outputs: outputsToJson(outputs, isInstance),
    }));
  }

  /** One entry per instance, answered by one entry each. */
  async instances(
    model: ModelHandle,
    values: readonly unknown[],
    signatureName: string | undefined,
    signal: AbortSignal,
  ): Promise<NumbersResult> {
    const started = performance.now();
    const [name, signature] = signatureOf(model, signatureName);
    const { tensors } = readInputs(columnsOf(values, signature), signature);
    return this.run(model, name, tensors, signal, started, (outputs) => ({
      isInstance: false,
      outputs: rowsOf(outputs, values.length),
    }));
  }

  private async run(
    model: ModelHandle,
    signatureName: string,
    inputs: NamedTensors,
    signal: AbortSignal,
    started: number,
    answer: (outputs: NamedTensors) => Omit<NumbersResult, 'timings'>,
  ): Promise<NumbersResult> {
    const { outputs, queueMs, inferenceMs } = await model.run(signatureName, inputs, signal);
    const result = answer(outputs);
    const timings = {
      decodeMs: 0,
      preprocessMs: 0,
      queueMs,
      inferenceMs,
      totalMs: performance.now() - started,
    };
    this.metrics.observeStages(model.name, timings);
    return { ...result, timings };
  }
}

function signatureOf(model: ModelHandle, wanted: string | undefined): [string, Signature] {
  const { plan, loaded } = model.ready;
  const name = wanted ?? plan.signatureName;
  if (Object.hasOwn(loaded.signatures, name)) return [name, loaded.signatures[name]!];
  const reason = Object.hasOwn(loaded.refused, name) ? loaded.refused[name] : undefined;
  const names = Object.keys(loaded.signatures).join(', ');
  throw new ServingError(
    'FIELD_INVALID',
    reason ?? `The model "${model.name}" has no signature "${name}"; it has ${names}.`,
  );
}

/** The tensors of all inputs. A single input may stand without its name. */
function readInputs(value: unknown, { inputs }: Signature): { tensors: NamedTensors; isInstance: boolean } {
  const named = isObject(value) ? value : inputs.length === 1 ? { [inputs[0]!.name]: value } : {};
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
  const rows = new Set(
    read.flatMap(([, { tensor }], index) => (inputs[index]!.shape?.[0] === null ? [tensor.shape[0]] : [])),
  );
  if (rows.size > 1)
    throw new ServingError(
      'INPUT_INVALID',
      `Expected as many rows in each of the inputs ${names} but received ${[...rows].join(' and ')}.`,
    );
  return {
    tensors: Object.fromEntries(read.map(([name, { tensor }]) => [name, tensor])),
    isInstance: read.some(([, { isInstance }]) => isInstance),
  };
}

/** Instances by row → the same by input. */
function columnsOf(values: readonly unknown[], { inputs }: Signature): unknown {
  if (!values.some(isObject)) return values;
  const columns: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>;
  for (const [index, instance] of values.entries()) {
    const given = isObject(instance) ? Object.keys(instance) : [];
    const missing = inputs.find(({ name }) => !given.includes(name));
    if (!isObject(instance) || missing) {
      throw new ServingError(
        'INPUT_INVALID',
        `Expected an object with ${inputs.map(({ name }) => `"${name}"`).join(', ')} for instances[${index}].`,
      );
    }
    for (const name of given) (columns[name] ??= []).push(instance[name]);
  }
  return { ...columns };
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
