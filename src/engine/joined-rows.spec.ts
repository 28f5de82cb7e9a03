import type { DType, Tensor, TensorArrays } from './tensor.js';
import { joinRows, splitRows } from './joined-rows.js';

const tensor = <D extends DType>(dtype: D, shape: readonly number[], data: TensorArrays[D]): Tensor => ({
  dtype,
  shape,
  data,
});
const floats = (...numbers: number[]) => tensor('float32', [numbers.length], Float32Array.from(numbers));
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

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
