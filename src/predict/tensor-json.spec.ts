import type { DType, Tensor, TensorSpec } from '../engine/tensor.js';
import { tensorFromJson } from './tensor-json.js';
import { tensorToJson } from './tensor-to-json.js';

const spec = (dtype: DType, shape: TensorSpec['shape']): TensorSpec => ({ name: 'x', dtype, shape });
const bytes = (...texts: string[]) => texts.map((text) => Uint8Array.from(Buffer.from(text)));
const read = (value: unknown, dtype: DType, shape: TensorSpec['shape']) =>
  tensorFromJson(JSON.parse(JSON.stringify(value)), spec(dtype, shape)).tensor;
const plain = ({ data }: Tensor) =>
  ArrayBuffer.isView(data) ? data : data.map((each) => Uint8Array.from(each));

const SAMPLES: [DType, unknown, Tensor['data']][] = [
  ['float32', [0.1, -2.5], Float32Array.of(0.1, -2.5)],
  ['int32', [-2147483648, 2147483647], Int32Array.of(-2147483648, 2147483647)],
  ['int64', [-9007199254740991, '9223372036854775807'], BigInt64Array.of(-9007199254740991n, 2n ** 63n - 1n)],
  ['uint8', [0, 255], Uint8Array.of(0, 255)],
  ['bool', [true, false], Uint8Array.of(1, 0)],
  [
    'complex64',
    [
      [1, -1],
      [0.5, 0],
    ],
    Float32Array.of(1, -1, 0.5, 0),
  ],
  ['string', ['', 'daisy \u{1F33C}'], bytes('', 'daisy \u{1F33C}')],
];

describe('JSON as a tensor', () => {
  it.each(SAMPLES)('of %s: %j', (dtype, json, data) => {
    const tensor = read(json, dtype, [null]);
    expect({ ...tensor, data: plain(tensor) }).toEqual({ dtype, shape: [2], data });
  });

  it.each(SAMPLES)('of %s comes back as it went in: %j', (dtype, json) => {
    expect(tensorToJson(read(json, dtype, [null]))).toEqual(json);
    expect(tensorToJson(read([[json], [json]], dtype, [null, 1, 2]))).toEqual([[json], [json]]);
  });

  it.each<[unknown, TensorSpec['shape'], number[], boolean]>([
    [[[1, 2]], [null, 2], [1, 2], false],
    [[1, 2], [null, 2], [1, 2], true],
    [5, [null], [1], true],
    [5, [], [], false],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      [2, 2],
      false,
    ],
    [[1, 2], null, [2], false],
    [[1, 2], [null], [2], false],
    [[[1], [2]], [null, null], [2, 1], false],
    [[1, 2], [null, null], [1, 2], true],
    [3, [null, 1], [1, 1], true],
    [[3], [null, 1], [1, 1], true],
    [[3, 4], [null, 1], [2, 1], false],
    [[[3, 4]], [null, 2, 1], [1, 2, 1], false],
    [[3, 4], [null, 2, 1], [1, 2, 1], true],
  ])('%j for the shape %j has the shape %j; one instance: %j', (json, wanted, shape, isInstance) => {
    const found = tensorFromJson(json, spec('float32', wanted));
    expect([found.tensor.shape, found.isInstance]).toEqual([shape, isInstance]);
  });

  it('of bytes that are no text is what came as {"b64": …}, beside texts', () => {
    const tensor = read([{ b64: '/9g=' }, 'a', { b64: '' }], 'string', [null]);
    expect(plain(tensor)).toEqual([Uint8Array.of(0xff, 0xd8), ...bytes('a', '')]);
    expect(tensorToJson(tensor)).toEqual([{ b64: '/9g=' }, 'a', '']);
  });

  it.each<[DType, unknown, RegExp]>([
    ['float32', [1, '2'], / but received "2", which is not a number that float32 holds\.$/],
    ['float32', [1, null], / but received null, which is not a number that float32 holds\.$/],
    ['float32', [1, true], / but received true, which is not a number that float32 holds\.$/],
    ['float32', [1, {}], / but received \{\}, which is not a number that float32 holds\.$/],
    ['int32', [1, 0.5], / but received 0\.5, which is not a whole number from -2147483648 to 2147483647\.$/],
    ['int32', [1, 2147483648], / but received 2147483648, which is not a whole number/],
    [
      'int64',
      [1, 9007199254740992],
      /^.* received 9007199254740992, which is not .* \(beyond 2\^53 as a text\)\.$/,
    ],
    ['int64', [1, '9223372036854775808'], / but received "9223372036854775808", which/],
    ['int64', [1, '0x10'], / but received "0x10", which/],
    ['int64', [1, ''], / but received "", which/],
    ['uint8', [1, 256], / but received 256, which is not a whole number from 0 to 255\.$/],
    ['uint8', [1, -1], / but received -1, which/],
    ['bool', [true, 1], / but received 1, which is not true or false\.$/],
    ['string', ['a', 1], / but received 1, which is not a text, or bytes as \{"b64": "<base64>"\}\.$/],
    ['string', ['a', { text: 'x'.repeat(100) }], / received \{"text":"x{27,}…, which is not a text/],
    ['string', ['a', { b64: '/9g' }, { b64: '?' }], / received \{"b64":"\?"\}, which is not a text/],
    ['string', [{ b64: 'AA==', more: 1 }], / received \{"b64":"AA==","more":1\}, which is not a text/],
    [
      'complex64',
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
      / but received elements that are not pairs \[real, imaginary\]\.$/,
    ],
    ['complex64', 5, / but received elements that are not pairs/],
    ['float32', [], / but received no elements at all\.$/],
    [
      'float32',
      [
        [1, 2],
        [3, 4],
      ],
      /^Expected float32 \[\?\] for the input "x" but received the shape \[2, 2\]\.$/,
    ],
    ['float32', {}, / but received \{\}, which is not a number that float32 holds\.$/],
  ])('that is no %s is refused in one sentence: %j', (dtype, json, sentence) => {
    expect(() => read(json, dtype, [null])).toThrow(sentence);
    expect(() => read(json, dtype, [null])).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it.each<[unknown, RegExp]>([
    [[[1, 2], [3]], / but received arrays of 2 and of 1 side by side\.$/],
    [[[1, 2], 3], / but received 3 where an array of 2 belongs\.$/],
    [
      [
        [1, 2],
        [3, [4]],
      ],
      / but received \[4\], which is not a number that float32 holds\.$/,
    ],
    [[[1, 2, 3]], /^Expected float32 \[\?, 2\] for the input "x" but received the shape \[1, 3\]\.$/],
  ])('that is ragged or of another shape is refused: %j', (json, sentence) => {
    expect(() => read(json, 'float32', [null, 2])).toThrow(sentence);
  });
});

describe('a tensor as JSON', () => {
  const json = (dtype: DType, shape: number[], data: Tensor['data']) => tensorToJson({ dtype, shape, data });

  it('is nested as its shape says', () => {
    expect(json('int32', [2, 1, 2], Int32Array.of(1, 2, 3, 4))).toEqual([[[1, 2]], [[3, 4]]]);
    expect(json('int32', [], Int32Array.of(7))).toBe(7);
    expect(json('int32', [2, 0], new Int32Array())).toEqual([[], []]);
  });

  it('has null for what JSON has no word for', () => {
    const odd = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(json('float32', [3], odd)).toEqual([null, null, null]);
  });

  it('has texts of digits for whole numbers that JSON would round', () => {
    const whole = BigInt64Array.of(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), -(2n ** 63n));
    expect(json('int64', [4], whole)).toEqual([
      9007199254740991,
      '9007199254740992',
      '-9007199254740992',
      '-9223372036854775808',
    ]);
  });

  it('has base64 for strings that are not UTF-8', () => {
    expect(json('string', [2], [...bytes('daisy'), Uint8Array.of(0xff, 0xd8)])).toEqual([
      'daisy',
      { b64: '/9g=' },
    ]);
  });
});
