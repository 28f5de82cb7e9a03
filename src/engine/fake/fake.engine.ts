import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWholeFile } from '../../files/open-file.js';
import {
  type Engine,
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
  type Signature,
} from '../engine.js';
import { elements, type Tensor, type TensorSpec } from '../tensor.js';

/** `fake.json` in a version's directory: what the fake model looks like and how it misbehaves. */
interface FakeModel {
  readonly signatures: Readonly<Record<string, Signature>>;
  /** How long loading takes, in ms. */
  readonly loadMs?: number;
  /** How long a run takes, in ms; runs never overlap. */
  readonly runMs?: number;
  /** What a load takes of the process's memory for good. */
  readonly leakBytes?: number;
  /** What a run takes for good. */
  readonly runLeakBytes?: number;
  /** What happens when a run's first input has this number in it. */
  readonly on?: Readonly<Record<string, 'crash' | 'hang' | 'fail' | 'swell'>>;
}

const MAX_BYTES = 1024 ** 2;

/**
 * A runtime for tests, deterministic: every output row holds the sum of its input row's numbers, plus the position in the row
 * for all elements after the first. Only numeric outputs.
 */
export class FakeEngine implements Engine {
  readonly runsAtOnce = 1;
  private readonly models = new Map<string, FakeModel>();
  private readonly leaked: Uint8Array[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  async info(): Promise<EngineInfo> {
    return { runtime: 'fake', version: '0', device: 'cpu' };
  }

  async load(
    model: string,
    directory: string,
    { root = directory }: Pick<LoadOptions, 'root'> = {},
  ): Promise<LoadedModel> {
    let fake: FakeModel;
    try {
      const text = await readWholeFile(root, join(directory, 'fake.json'), MAX_BYTES);
      if (!text) throw new Error('It is missing.');
      fake = JSON.parse(String(text)) as FakeModel;
    } catch (error) {
      throw new EngineError('load', `There is no usable fake.json: ${String(error)}`);
    }
    if (fake.loadMs) await sleep(fake.loadMs);
    this.models.set(model, fake);
    this.leak(fake.leakBytes);
    const graph = { optimised: false, reason: 'A fake model has no graph.' } as const;
    const rows = Object.fromEntries(
      Object.keys(fake.signatures).map((name) => [name, { independent: true } as const]),
    );
    return {
      signatures: fake.signatures,
      rows,
      refused: {},
      declared: {},
      device: 'cpu',
      memoryBytes: 0,
      graph,
      warnings: [],
      stateful: [],
    };
  }

  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const result = this.turn.then(() => this.runNow(model, signature, inputs));
    this.turn = result.catch(() => {});
    return result;
  }

  async unload(model: string): Promise<void> {
    this.models.delete(model);
  }

  async close(): Promise<void> {}

  private leak(bytes = 0): void {
    if (bytes > 0) this.leaked.push(new Uint8Array(bytes).fill(1)); // Only what is written to is resident.
  }

  private async runNow(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const fake = this.models.get(model);
    const outputs = fake?.signatures[signature]?.outputs;
    const input = Object.values(inputs)[0];
    if (!fake) throw new EngineError('gone', `There is no model ${model}.`);
    if (!outputs || !input) throw new EngineError('run', `The model ${model} has no ${signature}.`);
    if (fake.runMs) await sleep(fake.runMs);
    const isIn = (number: string): boolean => input.data.some((one) => String(one) === number);
    const [, misbehaviour] = Object.entries(fake.on ?? {}).find(([number]) => isIn(number)) ?? [];
    if (misbehaviour === 'crash') process.kill(process.pid, 'SIGABRT');
    if (misbehaviour === 'hang') await new Promise(() => {});
    this.leak(fake.runLeakBytes);
    if (misbehaviour === 'swell') await swell();
    if (misbehaviour === 'fail') throw new EngineError('run', 'The fake model was told to fail.');
    return Object.fromEntries(outputs.map((spec) => [spec.name, sumRows(input, spec)]));
  }
}

/** Takes 1 GiB, step by step. */
async function swell(): Promise<void> {
  const taken: Uint8Array[] = [];
  while (taken.length < 128) {
    taken.push(new Uint8Array(2 ** 23).fill(1));
    await sleep(5);
  }
}

function sumRows(input: Tensor, spec: TensorSpec): Tensor {
  const rows = input.shape[0] ?? 1;
  const inputWidth = elements(input.shape) / rows;
  const shape = (spec.shape ?? [null]).map((size, axis) => (axis === 0 ? rows : (size ?? 1)));
  const width = elements(shape) / rows;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let index = 0; index < inputWidth; index++) sum += Number(input.data[row * inputWidth + index]);
    for (let index = 0; index < width; index++) data[row * width + index] = sum + index;
  }
  return { dtype: 'float32', shape, data };
}
