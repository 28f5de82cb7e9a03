import type { NamedTensors, Signature } from '../engine/engine.js';
import type { DType, Tensor, TensorArrays, TensorSpec } from '../engine/tensor.js';
import { rowsOf } from '../engine/joined-rows.js';
import { haveSameRows, isBatchable, kindOf } from './rows.js';

const tensor = <D extends DType>(dtype: D, shape: readonly number[], data: TensorArrays[D]): Tensor => ({
  dtype,
  shape,
  data,
});
const floats = (...numbers: number[]) => tensor('float32', [numbers.length], Float32Array.from(numbers));

type Shape = TensorSpec['shape'];
const signature = (input: Shape, output: Shape): Signature => ({
  inputs: [{ name: 'x', dtype: 'float32', shape: input }],
  outputs: [{ name: 'y', dtype: 'float32', shape: output }],
});

describe('requests for a signature', () => {
  it.each<[Shape, Shape, boolean, string]>([
    [[null, 4], [null, 2], true, 'may share a run where both sides have a batch dimension'],
    [[null], [null], true, 'may share a run of plain numbers'],
    [[null, null, null, 3], [null, null], true, 'may share a run whatever else is open'],
    [[1, 4], [null, 2], false, 'do not where the input has a fixed batch'],
    [[null, 4], [8, 2], false, 'do not where the output has a fixed batch'],
    [[], [null], false, 'do not where the input is a scalar'],
    [[null, 4], [], false, 'do not where the output is a scalar'],
    [null, [null], false, 'do not where the input has any shape'],
    [[null], null, false, 'do not where the output has any shape'],
  ])('from %j to %j: %s → %s', (input, output, expected) => {
    expect(isBatchable(signature(input, output))).toBe(expected);
  });

  it('share no run if one input of several has no batch dimension', () => {
    const { inputs, outputs } = signature([null, 4], [null, 2]);
    const threshold: TensorSpec = { name: 'threshold', dtype: 'float32', shape: [] };
    expect(isBatchable({ inputs: [...inputs, threshold], outputs })).toBe(false);
  });

  it('bring as many rows as their inputs have', () => {
    expect(rowsOf({ x: floats(1, 2, 3), y: floats(4, 5, 6) })).toBe(3);
    expect(rowsOf({ x: floats(1), y: floats(1, 2, 3) })).toBe(3);
    expect(rowsOf({ x: tensor('float32', [], Float32Array.of(1)) })).toBe(1);
    expect(rowsOf({})).toBe(1);
  });

  it.each<[string, boolean, NamedTensors]>([
    ['one input', true, { x: floats(1, 2) }],
    ['inputs of as many rows', true, { x: floats(1, 2), y: tensor('bool', [2, 3], new Uint8Array(6)) }],
    ['inputs without rows', true, { x: floats(), y: floats() }],
    ['inputs of unequal rows', false, { x: floats(1, 2), y: floats(1) }],
    ['a scalar', false, { x: tensor('float32', [], Float32Array.of(1)) }],
    ['a scalar besides a row', false, { x: floats(1), y: tensor('float32', [], Float32Array.of(1)) }],
    ['no input', false, {}],
  ])('with %s have rows that can be told apart: %s', (_, expected, inputs) => {
    expect(haveSameRows(inputs)).toBe(expected);
  });
});

describe('the kind of a request', () => {
  const kind = kindOf({ x: tensor('uint8', [1, 2, 2], new Uint8Array(4)) });
  const normalise = {
    dtype: 'float32',
    layout: 'nhwc',
    order: [0],
    scale: 1,
    mean: [0],
    std: [1],
  } as const;

  it('is the same for any number of rows', () => {
    expect(kindOf({ x: tensor('uint8', [5, 2, 2], new Uint8Array(20)) })).toBe(kind);
  });

  it.each<[string, NamedTensors]>([
    ['another shape', { x: tensor('uint8', [1, 4, 1], new Uint8Array(4)) }],
    ['another dtype', { x: tensor('bool', [1, 2, 2], new Uint8Array(4)) }],
    ['another name', { z: tensor('uint8', [1, 2, 2], new Uint8Array(4)) }],
    ['one input more', { x: tensor('uint8', [1, 2, 2], new Uint8Array(4)), y: floats(1) }],
    ['pixels yet to be normalised', { x: { ...tensor('uint8', [1, 2, 2], new Uint8Array(4)), normalise } }],
  ])('is another for %s', (_, inputs) => {
    expect(kindOf(inputs)).not.toBe(kind);
  });
});
