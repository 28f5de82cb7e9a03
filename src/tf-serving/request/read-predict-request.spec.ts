import type { DType, Tensor } from '../../engine/tensor.js';
import { StatusError } from '../status.js';
import type { Pictures } from './pictures.js';
import { readEnvelope } from './read-envelope.js';
import { readPredictRequest } from './read-predict-request.js';

describe('the tensors of a predict request', () => {
  it.each<[DType, string, unknown[]]>([
    ['int8', '[127, 128, -129, 300]', [127, -128, 127, 44]],
    ['uint8', '[255, 256, -1]', [255, 0, 255]],
    ['int16', '[32768, -32769]', [-32768, 32767]],
    ['int32', '[2147483647, -2147483648]', [2147483647, -2147483648]],
    ['uint32', '[4294967295, 0]', [4294967295, 0]],
    ['int64', '[9007199254740993, -9223372036854775808, 7]', [9007199254740993n, -(2n ** 63n), 7n]],
    ['uint64', '[18446744073709551615, 9007199254740993, 7]', [2n ** 64n - 1n, 9007199254740993n, 7n]],
    ['float64', '[0.1, -0, -0.0, 9007199254740993]', [0.1, 0, -0, 9007199254740992]],
    ['float32', '[0.1, 1e39, 1e-60, 16777217]', [Math.fround(0.1), Infinity, 0, 16777216]],
    ['bool', '[true, false]', [1, 0]],
  ])('of %s take %s', (dtype, values, expected) => {
    expect(read(`{"inputs": ${values}}`, { x: dtype }).x).toEqual({
      dtype,
      shape: [expected.length],
      data: expect.anything(),
    });
    expect(dataOf(`{"inputs": ${values}}`, dtype)).toEqual(expected);
    expect(dataOf(`{"instances": ${values}}`, dtype)).toEqual(expected);
    const named = `{"instances": [{"x": ${values}}, {"x": ${values}}]}`;
    expect(dataOf(named, dtype)).toEqual([...expected, ...expected]);
  });

  it.each<[DType, string, string]>([
    ['int8', '2147483648', 'Number is not of expected type: int8'],
    ['int16', '-2147483649', 'Number is not of expected type: int16'],
    ['uint8', '1.0', 'Number is not of expected type: uint8'],
    ['uint8', 'NaN', 'Number is not of expected type: uint8'],
    ['uint32', '4294967296', 'Number is not of expected type: uint32'],
    ['int64', '9223372036854775808', 'Number is not of expected type: int64'],
    ['int64', '1e2', 'Number is not of expected type: int64'],
    ['uint64', '-1', 'Number is not of expected type: uint64'],
    ['uint64', '-9007199254740993', 'Number is not of expected type: uint64'],
    ['uint64', '18446744073709551616', 'Number is not of expected type: uint64'],
    ['float64', '"1"', 'String is not of expected type: double'],
    ['float32', 'true', 'True is not of expected type: float'],
    ['bool', '1', 'Number is not of expected type: bool'],
    ['bool', '[0, 1]', 'Number is not of expected type: bool'],
    ['string', 'null', 'Null is not of expected type: string'],
    ['string', '{"b64": 1}', 'not formatted correctly for base64 data'],
    ['bool', '{"b64": "aGk="}', 'Object is not of expected type: bool'],
    ['float16', '{"b64": "aGk="}', 'Object is not of expected type: half'],
  ])('of %s do not take %s', (dtype, value, message) => {
    const refused = refusal(`{"inputs": [${value}]}`, dtype);
    expect(refused).toMatch(/^INVALID_ARGUMENT: JSON Value: /);
    expect(refused).toContain(message);
  });

  it.each<[DType, string]>([
    ['float16', 'half'],
    ['bfloat16', 'bfloat16'],
    ['uint16', 'uint16'],
    ['complex64', 'complex64'],
    ['complex128', 'complex128'],
  ])('of %s cannot be given, except without elements', (dtype, name) => {
    const message = `Conversion of JSON Value: 1 to type: ${name}`;
    expect(refusal('{"inputs": [1]}', dtype)).toBe(`UNIMPLEMENTED: ${message}`);
    expect(refusal('{"inputs": ["a"]}', dtype)).toBe(
      `UNIMPLEMENTED: Conversion of JSON Value: "a" to type: ${name}`,
    );
    expect(refusal('{"instances": [1]}', dtype)).toBe(
      `INVALID_ARGUMENT: Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED: ${message}`,
    );
    expect(read('{"inputs": []}', { x: dtype }).x).toMatchObject({ dtype, shape: [0] });
  });

  it.each([
    ['{"inputs": []}', [0]],
    ['{"inputs": [[], []]}', [2, 0]],
    ['{"instances": [[]]}', [1, 0]],
    ['{"instances": [[[]], [[]]]}', [2, 1, 0]],
    ['{"inputs": 7}', []],
    ['{"inputs": {"x": [[7]]}}', [1, 1]],
  ])('of %s have just its shape', (text, shape) => {
    expect(read(text, { x: 'float32' }).x).toMatchObject({ shape });
  });

  it.each([
    ['{"inputs": [1, [2]]}', 'Encountered list at unexpected level: 1 expected < 1'],
    [
      '{"inputs": [[1], 2]}',
      'JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2',
    ],
    [
      '{"inputs": [[1], "a"]}',
      'JSON Value: "a" found at incorrect level: 2 in the JSON DOM. Expected at level: 2',
    ],
    ['{"inputs": [[], [1]]}', 'Encountered list at unexpected size: 1 at level: 1 expected size: 0'],
    ['{"inputs": [[[1], [2]], [[1, 2], [3, 4]]]}', 'unexpected size: 2 at level: 2 expected size: 1'],
    ['{"inputs": [["a"], [1, 2]]}', 'JSON Value: "a" Type: String is not of expected type: float'],
    ['{"inputs": [[1, 2], [3, "a"], [1]]}', 'JSON Value: "a" Type: String is not of expected type: float'],
    [
      '{"instances": [[1], [2], [[3]]]}',
      "element: 2 of 'instances' list. Error: INVALID_ARGUMENT: Expecting shape [1] but got: [1,1]",
    ],
    ['{"instances": [[1], [], [3]]}', 'Expecting tensor size: 1 but got: 0'],
    ['{"instances": [1, null]}', "element: 1 of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: null"],
    [
      '{"instances": {}}',
      'JSON Value: {\n    "instances": {}\n} Expecting \'instances\' to be an list/array',
    ],
    ['{"instances": 5}', "Expecting 'instances' to be an list/array"],
    ['{"inputs": 1, "instances": [1]}', "expecting only one of 'inputs' or 'instances' keys to exist "],
    ['{"instances": [{"x": 1}, 2]}', 'Expecting object but got list at item 1 of input list'],
    ['{"instances": [{"x": 1}, {"b64": "aGk="}]}', 'Expecting object but got list at item 1 of input list'],
    [
      '{"instances": [{"x": 1, "y": 2}]}',
      "element: 0 key: y of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y",
    ],
    ['{"inputs": {"y": 1}}', "Missing named input: x in 'inputs' object."],
  ])('of %s are refused', (text, message) => {
    const refused = refusal(text, 'float32');
    expect(refused).toMatch(/^INVALID_ARGUMENT: /);
    expect(refused).toContain(message);
  });

  it('name the element and the value that is wrong in a list of numbers', () => {
    expect(refusal('{"instances": [[1, 2], [3, 4], [5, 6.5]]}', 'int32')).toBe(
      "INVALID_ARGUMENT: Failed to process element: 2 of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: 6.5 Type: Number is not of expected type: int32",
    );
  });

  it('are refused beyond the dimensions of a tensor, however deep', () => {
    for (const depth of [255, 300, 500_000]) {
      for (const key of ['inputs', 'instances']) {
        const text = `{"${key}": ${'['.repeat(depth + 1)}1${']'.repeat(depth + 1)}}`;
        expect(refusal(text, 'float32')).toContain('A tensor has at most 254 dimensions');
      }
    }
    expect(
      (read(`{"inputs": ${'['.repeat(254)}1${']'.repeat(254)}}`, { x: 'int32' }).x as Tensor).shape,
    ).toHaveLength(254);
  });

  it('take the first of members with one name', () => {
    expect(read('{"instances": [{"x": 1, "x": "a"}], "instances": 5}', { x: 'int32' }).x).toMatchObject({
      shape: [1],
    });
    expect(dataOf('{"inputs": {"x": 1, "x": 2}}', 'int32')).toEqual([1]);
  });

  it('are those of the signature, whatever their names', () => {
    const specs = ['__proto__', 'constructor'].map((name) => ({
      name,
      dtype: 'int32' as const,
      shape: null,
    }));
    const { body } = readEnvelope(Buffer.from('{"inputs": {"__proto__": [1], "constructor": [2]}}'));
    expect(Object.keys(readPredictRequest(body, specs).inputs)).toEqual(['__proto__', 'constructor']);
    const empty = readEnvelope(Buffer.from('{"inputs": {}}')).body;
    expect(() => readPredictRequest(empty, specs)).toThrow('Missing named input: __proto__');
  });

  it('cannot be given to a signature that has none', () => {
    const { body } = readEnvelope(Buffer.from('{"instances": [1]}'));
    expect(() => readPredictRequest(body, [])).toThrow('Failed to get input map for signature: DEFAULT');
  });
});

describe('encoded pictures in a predict request', () => {
  const FIRST = '{"b64": "/9j/"}';
  const SECOND = '{"b64": "iVBORw=="}';
  const bytes = ['ffd8ff', '89504e47'];

  it.each([
    [`{"instances": [${FIRST}, ${SECOND}]}`, bytes, true],
    [`{"instances": [{"x": ${FIRST}}, {"x": ${SECOND}}]}`, bytes, true],
    [`{"inputs": [${FIRST}, ${SECOND}]}`, bytes, true],
    [`{"inputs": {"x": [${FIRST}, ${SECOND}]}}`, bytes, true],
    [`{"inputs": ${FIRST}}`, bytes.slice(0, 1), false],
    [`{"inputs": {"x": ${FIRST}}}`, bytes.slice(0, 1), false],
  ])('are read from %s', (text, expected, batched) => {
    const pictures = read(text, { x: 'float32' }, 'x').x as Pictures;
    expect(pictures).toMatchObject({ kind: 'pictures', batched });
    expect(pictures.bytes.map((picture) => Buffer.from(picture).toString('hex'))).toEqual(expected);
  });

  it.each([
    `{"instances": [${FIRST}, 1]}`,
    `{"instances": [[1], ${FIRST}]}`,
    `{"instances": [{"x": ${FIRST}}, {"x": [1]}]}`,
    `{"inputs": [${FIRST}, [1]]}`,
    `{"inputs": [[1], ${FIRST}]}`,
  ])('are not mixed with pixels: %s', (text) => {
    expect(() => read(text, { x: 'float32' }, 'x')).toThrow(
      'Input: x has both encoded pictures and other values',
    );
  });

  it.each([
    [`{"instances": [[${FIRST}]]}`, 'Type: Object is not of expected type: float'],
    [
      '{"instances": [{"b64": "*"}]}',
      "element: 0 of 'instances' list. Error: INVALID_ARGUMENT: Unable to base64 decode",
    ],
    ['{"inputs": {"b64": "*"}}', 'Unable to base64 decode'],
  ])('are refused elsewhere, and if they are no base64: %s', (text, message) => {
    expect(() => read(text, { x: 'float32' }, 'x')).toThrow(message);
  });

  it('stand beside other inputs', () => {
    const text = `{"instances": [{"x": ${FIRST}, "k": 5}, {"k": 6, "x": ${SECOND}}]}`;
    const { x, k } = read(text, { x: 'uint8', k: 'int32' }, 'x');
    expect(x).toMatchObject({ kind: 'pictures', batched: true });
    expect(k).toMatchObject({ shape: [2], data: Int32Array.of(5, 6) });
  });

  it('are strings for an input of strings', () => {
    expect(read(`{"instances": [${FIRST}]}`, { x: 'string' }, 'x').x).toMatchObject({
      dtype: 'string',
      shape: [1],
    });
  });
});

function read(text: string, inputs: Readonly<Record<string, DType>>, pictureInput?: string) {
  const specs = Object.entries(inputs).map(([name, dtype]) => ({ name, dtype, shape: null }));
  return readPredictRequest(readEnvelope(Buffer.from(text)).body, specs, { pictureInput }).inputs;
}

function dataOf(text: string, dtype: DType): unknown[] {
  return Array.from((read(text, { x: dtype }).x as Tensor).data as Iterable<unknown>);
}

/** The status and text of the refusal. */
function refusal(text: string, dtype: DType): string {
  try {
    read(text, { x: dtype });
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'read';
}
