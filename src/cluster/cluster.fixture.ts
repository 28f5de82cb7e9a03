import type { BatchedAnswer, Batching } from '../batching/batching.js';
import type { EngineInfo, LoadedModel, NamedTensors } from '../engine/engine.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import type { Call } from '../turns/call.js';

export const OPTIONS = { allowOps: [], optimise: true, cacheDirectory: '' };
export const RULES = { maxBatchSize: 8, maxWaitMs: 0, allowedBatchSizes: [] };
export const floats = (...numbers: number[]): NamedTensors => ({
  x: { dtype: 'float32', shape: [numbers.length], data: Float32Array.from(numbers) },
});
export const numbersOf = ({ x }: NamedTensors): number[] => [...(x!.data as Float32Array)];
/** Lets everything run that can. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** An engine that answers each run with its inputs, and what it was asked. */
export class EchoEngine implements ServingEngine {
  onLost: (model: string, reason: string) => void = () => {};
  readonly runsAtOnce = 3;
  readonly asked: string[] = [];
  /** What a load waits for. */
  loading: Promise<void> = Promise.resolve();

  async isServing(): Promise<boolean> {
    return true;
  }

  async info(): Promise<EngineInfo> {
    return { runtime: 'fake', version: '0', device: 'cpu' };
  }

  async load(model: string): Promise<LoadedModel> {
    this.asked.push(`load ${model}`);
    await this.loading;
    const graph = { optimised: true } as const;
    return {
      signatures: {},
      rows: {},
      refused: {},
      declared: {},
      device: 'cpu',
      memoryBytes: 0,
      graph,
      warnings: [],
      stateful: [],
    };
  }

  async run(model: string, _: string, inputs: NamedTensors): Promise<NamedTensors> {
    this.asked.push(`run ${model}`);
    return inputs;
  }

  async warmUp(model: string, _: string, inputs: NamedTensors): Promise<NamedTensors> {
    this.asked.push(`warm up ${model}`);
    return inputs;
  }

  async admit(model: string): Promise<null> {
    this.asked.push(`admit ${model}`);
    return null;
  }

  async unload(model: string): Promise<void> {
    this.asked.push(`unload ${model}`);
  }

  async close(): Promise<void> {}
}

interface Waiting {
  readonly model: string;
  readonly inputs: NamedTensors;
  readonly call: Call;
  answer(): void;
  fail(error: Error): void;
}

/** Batching whose requests are answered when the test says so. */
export class ManualBatching implements Batching {
  readonly asked: string[] = [];
  readonly waiting: Waiting[] = [];
  expected = 0;

  open(engineName: string): void {
    this.asked.push(`open ${engineName}`);
  }

  run(model: string, _: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer> {
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve({ outputs: inputs, queueMs: 3, inferenceMs: 4 });
      call.signal.addEventListener('abort', () => reject(call.signal.reason as Error));
      this.waiting.push({ model, inputs, call, answer, fail: reject });
    });
  }

  expectedMs(): number {
    return this.expected;
  }

  async crashes(): Promise<null> {
    return null;
  }

  close(engineName: string): void {
    this.asked.push(`close ${engineName}`);
  }
}
