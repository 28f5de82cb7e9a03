import { toBfloat16, toFloat16 } from '../../../numbers/half.js';
import type { DType, Tensor, TensorArrays } from '../../tensor.js';
import { parseAnswer } from './parse-answer.js';
import { fills, measure, readElements } from './read-elements.js';
import { nest, writeElements } from './write-elements.js';

const SPELLING = {
  notFinite: String,
  string: (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes).toString()),
};
const write = <D extends DType>(dtype: D, ...data: (number | bigint | string)[]) =>
  writeElements({ dtype, shape: [data.length], data: arrayOf(dtype, data) }, SPELLING).join();
const valueOf = (json: string) => parseAnswer(Buffer.from(`{"value":${json}}`)).find('value')!;
const read = (dtype: DType, json: string, ...shape: number[]) => readElements(valueOf(json), dtype, shape);

function arrayOf<D extends DType>(dtype: D, data: readonly (number | bigint | string)[]): TensorArrays[D] {
  const arrays: Partial<Record<DType, (values: never) => Tensor['data']>> = {
    float32: (values: number[]) => Float32Array.from(values),
    float64: (values: number[]) => Float64Array.from(values),
    float16: (values: number[]) => Uint16Array.from(values, toFloat16),
    bfloat16: (values: number[]) => Uint16Array.from(values, toBfloat16),
    int32: (values: number[]) => Int32Array.from(values),
    int64: (values: bigint[]) => BigInt64Array.from(values),
    uint64: (values: bigint[]) => BigUint64Array.from(values),
    bool: (values: number[]) => Uint8Array.from(values),
    string: (values: string[]) => values.map((text) => Buffer.from(text)),
  };
  return arrays[dtype]!(data as never) as TensorArrays[D];
}

describe('elements as JSON', () => {
  it.each<[string, DType, (number | bigint | string)[]]>([
    ['0.1,1e-45,3.4028235e+38,-0.0,16777216,7', 'float32', [0.1, 1e-45, 3.4028235e38, -0, 16777216, 7]],
    ['0.1,5e-324,1.7976931348623157e+308,-0.0', 'float64', [0.1, 5e-324, Number.MAX_VALUE, -0]],
    ['0.1,65504,6e-8,-0.0', 'float16', [0.1, 65504, 6e-8, -0]],
    ['0.1,9e-41', 'bfloat16', [0.1, 9e-41]],
    ['NaN,Infinity,-Infinity', 'float32', [NaN, Infinity, -Infinity]],
    ['-2147483648,0', 'int32', [-(2 ** 31), 0]],
    ['-9223372036854775808,9007199254740993', 'int64', [-(2n ** 63n), 2n ** 53n + 1n]],
    ['18446744073709551615', 'uint64', [2n ** 64n - 1n]],
    ['true,false', 'bool', [1, 0]],
    ['"\\"ä\\n"', 'string', ['"ä\n']],
  ])('are %s for %s', (json, dtype, data) => {
    expect(write(dtype, ...data)).toBe(json);
  });

  it('have digits that no other float32 is read from and, behind a point, as few as tell it from its neighbours', () => {
    const bits = new Uint32Array(20_000).map((_, index) => (index * 2_654_435_761) >>> 0);
    const numbers = Array.from(new Float32Array(bits.buffer)).filter(Number.isFinite);
    const written = write('float32', ...numbers).split(',');
    const misread = numbers.filter((value, index) => !Object.is(Math.fround(Number(written[index])), value));
    const longer = numbers.filter((value, index) => {
      const digits = written[index]!.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
      return (
        !Number.isSafeInteger(value) &&
        digits > 1 &&
        Math.fround(Number(value.toPrecision(digits - 1))) === value
      );
    });
    expect([misread, longer]).toEqual([[], []]);
  });

  it.each([
    [[], ['1'], '1'],
    [[3], ['1', '2', '3'], '[1,2,3]'],
    [[2, 1, 2], ['1', '2', '3', '4'], '[[[1,2]],[[3,4]]]'],
    [[0], [], '[]'],
    [[0, 2], [], '[]'],
  ])('of the shape %j are nested so', (shape, elements, json) => {
    expect(nest(elements, shape)).toBe(json);
  });
});

describe('elements of JSON', () => {
  it.each<[DType, string, (number | bigint | string)[]]>([
    ['float32', '[0.1, 7, 1e60, null, NaN]', [0.1, 7, Infinity, NaN, NaN]],
    ['float64', '[0.1, -Infinity, 5e-324]', [0.1, -Infinity, 5e-324]],
    ['float16', '[0.1, 65504]', [0.1, 65504]],
    ['int32', '[-2147483648, 5]', [-(2 ** 31), 5]],
    ['int64', '[9223372036854775807, 9007199254740993, -5]', [2n ** 63n - 1n, 2n ** 53n + 1n, -5n]],
    ['uint64', '[18446744073709551615]', [2n ** 64n - 1n]],
    ['bool', '[true, false]', [1, 0]],
    ['string', '["a\\u00e4", {"b64": "YmM="}]', ['aä', 'bc']],
    ['float32', '[[0.5, 1], [null, 2]]', [0.5, 1, NaN, 2]],
  ])('of %s are read exactly: %s', (dtype, json, expected) => {
    const data = read(dtype, json, expected.length);
    expect(Array.from(data as Float32Array)).toEqual(Array.from(arrayOf(dtype, expected) as Float32Array));
  });

  it.each<[DType, string, number[]]>([
    ['float32', '["1"]', [1]],
    ['float32', '[1, 2]', [3]],
    ['float32', '{"a": 1}', [1]],
    ['int32', '[1.0]', [1]],
    ['int32', '[2147483648]', [1]],
    ['int32', '[null]', [1]],
    ['int64', '[9223372036854775808]', [1]],
    ['uint64', '[-1]', [1]],
    ['uint8', '[256]', [1]],
    ['bool', '[1]', [1]],
    ['string', '[1]', [1]],
    ['string', '[{"text": "a"}]', [1]],
    ['complex64', '[1, 2]', [1]],
    ['float32', `${'['.repeat(100_000)}null${']'.repeat(100_000)}`, [1]],
  ])('are not taken for %s from %.40s as %j', (dtype, json, shape) => {
    expect(read(dtype, json, ...shape)).toBeUndefined();
  });

  it.each<[string, number[], boolean]>([
    ['5', [], true],
    ['[[1, 2], [3, 4]]', [2, 2], true],
    ['["a", "b"]', [2], true],
    ['[["a"], ["b"]]', [2, 1], true],
    ['[[1, 2], [3]]', [2, 2], false],
    ['[[1, 2], [null, 3, 4]]', [2, 2], false],
    ['[["a"], "b"]', [2, 1], false],
    ['["a", ["b"]]', [2], false],
  ])('in %s measure %j, and fill that: %s', (json, shape, filled) => {
    expect([measure(valueOf(json)), fills(valueOf(json), shape)]).toEqual([shape, filled]);
  });
});
