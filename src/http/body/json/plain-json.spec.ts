import type { TensorSpec } from '../../../engine/tensor.js';
import { excerpt } from '../../../json/excerpt.js';
import { JsonTooLargeError, UNLIMITED } from '../../../json/json-limits.js';
import { NumberList } from '../../../json/number-list.js';
import { parseJson } from '../../../json/parse-json.js';
import { fromTape, toTape } from '../../../json/tape.js';
import { tensorFromJson } from '../../../predict/tensor-json.js';
import { plainJson } from './plain-json.js';

const WHOLE = { ...UNLIMITED, isWhole: true };

/** What a thread would have read, as it comes here. */
function read(json: string, limits = WHOLE): unknown {
  const body = new Uint8Array(Buffer.from(json));
  const tape = structuredClone(toTape(parseJson(body, limits), body));
  return plainJson(fromTape(tape, body), 1000);
}

/** The same with lists as `JSON.parse` makes them. */
function listed(value: unknown): unknown {
  if (value instanceof NumberList) return nested([...value.values], value.shape);
  if (Array.isArray(value)) return value.map(listed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, listed(one)]));
}

function nested(values: readonly number[], [size = 0, ...inner]: readonly number[]): unknown[] {
  if (inner.length === 0) return [...values];
  const each = values.length / size;
  return Array.from({ length: size }, (_, row) => nested(values.slice(row * each, (row + 1) * each), inner));
}

describe('a document that another thread read', () => {
  it.each([
    '{"input": [[1, 2], [3, 4.5]], "topK": null}',
    '[1, [2], [3, [4, "a"]], true, false, {}, [], [[]], ""]',
    '{"a": 1, "b": {"c": [1, 2]}, "a": 2, "__proto__": [1]}',
    String.raw`["\u00e9\n\"", "é", "\\", {"\t": -0.5e3}]`,
    '[[[1, 2]], [[1, 2]], [[1, 2], [3, 4]]]',
    '-7',
    ' "text" ',
    'null',
    '{"instances": [{"x": [1, 2], "y": 1}, {"x": [3, 4], "y": 2}]}',
  ])('is as JSON.parse has it: %s', (json) => {
    const expected = JSON.parse(json) as unknown;
    expect(listed(read(json))).toEqual(expected);
    expect(JSON.stringify(listed(read(json)))).toBe(JSON.stringify(expected));
  });

  it.each(['[1] [2]', '{"a": 1} x', '[1,]', '[01]', '[1.]', "['a']", '{"a"}', '["a\n"]', '[1'])(
    'is refused where JSON.parse refuses it: %s',
    (json) => {
      expect(() => JSON.parse(json) as unknown).toThrow('JSON');
      expect(() => read(json)).toThrow('JSON');
    },
  );

  it('is the same to TensorFlow Serving’s protocol', () => {
    const json = String.raw`{"instances": [{"b64": "AA=="}, [1, 2.0, 9007199254740993], "\n", null, [[1], [2]]]}`;
    const body = new Uint8Array(Buffer.from(json));
    const value = parseJson(body);
    const copy = fromTape(structuredClone(toTape(value, body)), body);
    expect(excerpt(copy)).toBe(excerpt(value));
  });

  it('refuses long texts that are no base64, and too long ones', () => {
    expect(() => read(`["${'x'.repeat(1001)}"]`)).toThrow('A text in JSON may have 1000 bytes at most');
  });
});

describe('a list of numbers', () => {
  const spec = (dtype: TensorSpec['dtype'], shape: (number | null)[]): TensorSpec => ({
    name: 'x',
    dtype,
    shape,
  });
  const json = '[[1, 2, 3], [4, 5, 60]]';

  it.each([
    'float32',
    'float64',
    'float16',
    'bfloat16',
    'int8',
    'uint8',
    'int32',
    'int64',
    'uint64',
  ] as const)('becomes the tensor that nested lists become: %s', (dtype) => {
    const shape = [null, 3];
    expect(tensorFromJson(read(json), spec(dtype, shape))).toEqual(
      tensorFromJson(JSON.parse(json), spec(dtype, shape)),
    );
  });

  it('becomes it within other lists too', () => {
    const rows = [read('[1, 2]'), read('[3, 4]')];
    expect(tensorFromJson(rows, spec('float32', [null, 2])).tensor.shape).toEqual([2, 2]);
    expect(() => tensorFromJson([read('[1, 2]'), read('[3]')], spec('float32', [null, 2]))).toThrow(
      'arrays of the shapes [2] and [1] side by side',
    );
  });

  it.each([
    ['int8', '[1, 200]', '200, which is not a whole number from -128 to 127'],
    ['int32', '[1, 1.5]', '1.5, which is not a whole number'],
    ['float32', '[1, 1e300]', '1e+300, which is not a number that float32 holds'],
    ['bool', '[1, 0]', '1, which is not true or false'],
    ['string', '[1, 0]', '1, which is not a text'],
  ] as const)(
    'is refused for %s at the first number that does not suit it: %s',
    (dtype, numbers, sentence) => {
      expect(() => tensorFromJson(read(numbers), spec(dtype, [null]))).toThrow(sentence);
    },
  );
});

describe('a document with more than is allowed', () => {
  const limits = { ...WHOLE, maxNumbers: 5000, maxValues: 100, maxNameBytes: 50, maxDepth: 8 };
  const many = (unit: string, count = 10_000): string => `[${`${unit},`.repeat(count)}${unit}]`;
  it.each([
    ['numbers', many('1')],
    ['lists of numbers', many('[1,2]')],
    ['objects', many('{}')],
    ['texts', many('""')],
    ['names', many('null')],
    ['lists of two shapes', many('[1],[1,2]')],
    ['numbers of a list that is none of numbers alone', `[${'1,'.repeat(4000)}null]`],
    ['lists of a list that is none of numbers alone', `[${'[1],'.repeat(4000)}null]`],
    ['members', `{${'"a":1,'.repeat(1000)}"a":1}`],
    ['a long name', `{"${'a'.repeat(100)}":1}`],
  ])('is refused as soon as it has: %s', (_, json) => {
    expect(() => read(json, limits)).toThrow(JsonTooLargeError);
  });

  it('may have as much as is allowed', () => {
    expect(read(many('1', 4999), limits)).toBeInstanceOf(NumberList);
    expect(read(many('{}', 99), limits)).toHaveLength(100);
    expect(read(many('[]', 99_999), limits)).toBeInstanceOf(NumberList);
    expect(() => read('[[[[[[[[[1]]]]]]]]]', limits)).toThrow('Nested too deep');
  });
});
