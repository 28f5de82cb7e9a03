import type { NamedTensors, Signature } from '../engine/engine.js';

/** Whether requests for this signature have rows: every input and output has a first dimension of any size, the batch. */
export function isBatchable({ inputs, outputs }: Signature): boolean {
  return [...inputs, ...outputs].every(({ shape }) => shape !== null && shape[0] === null);
}

/**
 * Whether a request's rows can be told apart from another's in one run: all its inputs have the same first dimension. A protocol
 * may let others through, scalars too, for the model to judge.
 */
export function haveSameRows(inputs: NamedTensors): boolean {
  const [first, ...others] = Object.values(inputs);
  const rows = first?.shape[0];
  return rows !== undefined && others.every(({ shape }) => shape[0] === rows);
}

/**
 * Whether inputs have the ranks that the signature says. Some signatures take others too, and what a graph does with those is not known: it
 * may broadcast the rows of one input over another's columns.
 */
export function haveRanksOf({ inputs }: Signature, given: NamedTensors): boolean {
  return inputs.every(({ name, shape }) => given[name]?.shape.length === shape?.length);
}

/** Requests with the same kind can be joined: same inputs, dtypes and shapes but for the number of rows. */
export function kindOf(inputs: NamedTensors): string {
  return Object.entries(inputs)
    .map(
      ([name, { dtype, shape, normalise }]) => `${name}:${dtype}[${shape.slice(1)}]${normalise ? 'n' : ''}`,
    )
    .join();
}

/** The least size that the engine may be given for so many rows; a request with more than the largest is given as it is. */
export function paddedRows(rows: number, allowedBatchSizes: readonly number[]): number {
  return allowedBatchSizes.find((size) => size >= rows) ?? rows;
}
