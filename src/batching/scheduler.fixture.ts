import type { NamedTensors, Signature } from '../engine/engine.js';
import type { Call, Priority } from '../turns/call.js';
import type { BatchedAnswer, BatchingRules } from './batching.js';
import { Scheduler, type SchedulerOptions, type RunReport } from './scheduler.js';

export const SIGNATURE: Signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 2] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [null, 1] }],
};

export const request = (...firsts: number[]): NamedTensors => ({
  x: {
    dtype: 'float32',
    shape: [firsts.length, 2],
    data: Float32Array.from(firsts.flatMap((n) => [n, 0.5])),
  },
});

export const rowsIn = ({ x }: NamedTensors) =>
  [...(x!.data as Float32Array)].filter((_, index) => index % 2 === 0);

/** Each row's answer is its first number, plus one. */
export const answerTo = (inputs: NamedTensors): NamedTensors => {
  const rows = rowsIn(inputs);
  return { y: { dtype: 'float32', shape: [rows.length, 1], data: Float32Array.from(rows, (n) => n + 1) } };
};

export const numbers = ({ outputs }: BatchedAnswer) => [...(outputs.y!.data as Float32Array)];

/** A call that waits for ever, by `a` with the class `normal`, if nothing else is said. */
export const patient = (call: Partial<Call> = {}): Call => ({
  signal: new AbortController().signal,
  deadline: Infinity,
  caller: 'a',
  priority: 'normal',
  ...call,
});

export const by = (caller: string, priority: Priority = 'normal'): Call => patient({ caller, priority });

/** Lets everything run that can. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rules as they are where nothing is said of them, but for `rules`. */
export const rulesWith = (rules: Partial<BatchingRules> = {}): BatchingRules => ({
  maxBatchSize: 8,
  maxWaitMs: 0,
  allowedBatchSizes: [],
  independentRows: true,
  ...rules,
});

export interface EngineRun {
  readonly model: string;
  readonly rows: readonly number[];
  answer(): void;
  fail(error: Error): void;
}

/** A scheduler over an engine whose runs end when the test says so, with one model `m` open, and what it reports. */
export function scheduler(
  options: Partial<SchedulerOptions & BatchingRules> & { readonly signature?: Signature } = {},
) {
  const runs: EngineRun[] = [];
  const batches: RunReport[] = [];
  const refused: string[] = [];
  const {
    maxBatchSize = 8,
    maxWaitMs = 0,
    allowedBatchSizes = [],
    signature = SIGNATURE,
    ...others
  } = options;
  const made = new Scheduler({
    run: (model, _, inputs) =>
      new Promise((resolve, reject) => {
        const answer = (): void => resolve(answerTo(inputs));
        runs.push({ model, rows: rowsIn(inputs), answer, fail: reject });
      }),
    slots: 1,
    onBatch: (batch) => batches.push(batch),
    onRefused: (model) => refused.push(model),
    ...others,
  });
  made.open('m', {
    name: 'm',
    signatures: { s: signature },
    rows: { s: { independent: true } },
    stateful: [],
    rules: { maxBatchSize, maxWaitMs, allowedBatchSizes },
  });
  const run = (rows: readonly number[], call = patient()): Promise<BatchedAnswer> =>
    made.run('m', 's', request(...rows), call);
  return { scheduler: made, run, runs, batches, refused, sent: () => runs.map(({ rows }) => rows) };
}

/** Whole numbers below a bound, the same ones for the same seed. */
export function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
