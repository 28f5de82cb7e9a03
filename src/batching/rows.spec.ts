import type { NamedTensors, Signature } from '../engine/engine.js';
import type { DType, Tensor, TensorArrays, TensorSpec } from '../engine/tensor.js';
import { haveSameRows, isBatchable, joinRows, kindOf, rowsOf, splitRows } from './rows.js';

const tensor = <D extends DType>(dtype: D, shape: readonly number[], data: TensorArrays[D]): Tensor => ({
  dtype,
  shape,
  data,
});
const floats = (...numbers: number[]) => tensor('float32', [numbers.length], Float32Array.from(numbers));
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

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

describe('rows', () => {
  it.each<[DType, Tensor, Tensor]>([
    ['float32', floats(0.5, -1), floats(3)],
    ['int32', tensor('int32', [2], Int32Array.of(-7, 2 ** 31 - 1)), tensor('int32', [1], Int32Array.of(1))],
    [
      'int64',
      tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)),
      tensor('int64', [2], BigInt64Array.of(0n, -1n)),
    ],
    ['uint8', tensor('uint8', [1, 2], Uint8Array.of(0, 255)), tensor('uint8', [1, 2], Uint8Array.of(1, 2))],
    ['bool', tensor('bool', [1], Uint8Array.of(1)), tensor('bool', [3], Uint8Array.of(0, 1, 0))],
    [
      'complex64',
      tensor('complex64', [1, 2], Float32Array.of(1, -1, 2, -2)),
      tensor('complex64', [2, 2], Float32Array.of(3, -3, 4, -4, 5, -5, 6, -6)),
    ],
    ['string', tensor('string', [2], [bytes('a'), bytes('')]), tensor('string', [1], [bytes('\u{1F33C}')])],
  ])('of %s that were joined come apart as they were', (_, first, second) => {
    const joined = joinRows([{ x: first }, { x: second }, { x: first }]);
    const rows = 2 * first.shape[0]! + second.shape[0]!;
    expect(joined.x!.shape).toEqual([rows, ...first.shape.slice(1)]);
    expect(splitRows(joined, [first.shape[0]!, second.shape[0]!, first.shape[0]!])).toEqual([
      { x: first },
      { x: second },
      { x: first },
    ]);
  });

  it('of several inputs are joined input by input, whatever order they were named in', () => {
    const joined = joinRows([
      { x: floats(1), y: floats(10) },
      { y: floats(20, 30), x: floats(2, 3) },
    ]);
    expect(joined).toEqual({ x: floats(1, 2, 3), y: floats(10, 20, 30) });
  });

  it('of one request alone are passed on, not copied', () => {
    const alone = { x: floats(1, 2) };
    expect(joinRows([alone])).toBe(alone);
    expect(joinRows([])).toEqual({});
  });

  it('keep what is said of their normalisation', () => {
    const normalise = {
      dtype: 'float32',
      layout: 'nhwc',
      order: [0],
      scale: 1,
      mean: [0],
      std: [1],
    } as const;
    const pixels = { x: { ...tensor('uint8', [1, 1], Uint8Array.of(1)), normalise } };
    expect(joinRows([pixels, pixels]).x).toEqual({
      dtype: 'uint8',
      shape: [2, 1],
      data: Uint8Array.of(1, 1),
      normalise,
    });
  });

  it('look into the answer they were cut from; they are no copies', () => {
    const joined = { x: floats(1, 2, 3) };
    const [, second] = splitRows(joined, [1, 2]);
    (joined.x.data as Float32Array)[2] = 9;
    expect(second!.x!.data).toEqual(Float32Array.of(2, 9));
  });

  it.each([
    [[], /The output y has no rows for 3 rows of input\.$/],
    [[2], /The output y has 2 rows for 3 rows of input\.$/],
  ])('are not handed out from an answer of shape %j to three rows', (shape, sentence) => {
    expect(() => splitRows({ y: tensor('float32', shape, new Float32Array(2)) }, [1, 2])).toThrow(sentence);
  });
});
