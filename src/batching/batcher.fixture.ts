import type { NamedTensors, Signature } from '../engine/engine.js';
import { type BatchedAnswer, Batcher } from './batcher.js';

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
export const patient = () => new AbortController().signal;
/** Lets everything run that can. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An engine whose runs end when the test says so. */
function engine() {
  const runs: { rows: number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const run = (inputs: NamedTensors) =>
    new Promise<NamedTensors>((resolve, reject) => {
      runs.push({ rows: rowsIn(inputs), answer: () => resolve(answerTo(inputs)), fail: reject });
    });
  return { runs, run };
}

/** A batcher over such an engine, with the rows of each batch that ended well. */
export function batcher(
  limits: { maxBatchSize?: number; maxQueue?: number; concurrency?: number; signature?: Signature } = {},
) {
  const { runs, run } = engine();
  const batches: number[] = [];
  const made = new Batcher(run, limits.signature ?? SIGNATURE, {
    maxBatchSize: 8,
    maxQueue: 8,
    ...limits,
    onBatch: ({ rows }) => batches.push(rows),
  });
  return { batcher: made, runs, batches };
}
