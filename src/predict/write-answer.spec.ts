import type { DType, Tensor } from '../engine/tensor.js';
import { atOnce } from '../turns/slices.js';
import { tensorToJson } from './tensor-to-json.js';
import { base64Value, type JsonPieces, jsonOf, JsonText, tensorValue } from './write-answer.js';

const textOf = (pieces: JsonPieces) => pieces.map(String).join('');
const floats = (...shape: number[]): Tensor => {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length }, (_, index) => (index % 7 === 0 ? NaN : index / 7 - 300));
  return { dtype: 'float32', shape, data };
};
const TENSORS: [string, Tensor][] = [
  ['a long list', floats(5000)],
  ['one that is as long as a step', floats(2048)],
  ['a picture', floats(1, 40, 50, 3)],
  ['long rows', floats(3, 1500)],
  ['many short rows', floats(2000, 1)],
  ['rows of nothing', { dtype: 'float32', shape: [5000, 0], data: new Float32Array() }],
  [
    'pairs',
    { dtype: 'complex64', shape: [3000], data: Float32Array.from({ length: 6000 }, (_, at) => at / 3) },
  ],
  [
    'texts and bytes',
    {
      dtype: 'string',
      shape: [1500],
      data: Array.from({ length: 1500 }, (_, at) => Buffer.from(at % 2 ? [0xff, at & 255] : `"${at}"\n`)),
    },
  ],
  ...(['int64', 'bool', 'float16'] as DType[]).map((dtype): [string, Tensor] => {
    const data =
      dtype === 'int64' ? BigInt64Array.from({ length: 2000 }, (_, at) => 2n ** 60n + BigInt(at)) : undefined;
    return [
      dtype,
      {
        dtype,
        shape: [2, 1000],
        data: data ?? new (dtype === 'bool' ? Uint8Array : Uint16Array)(2000).fill(1),
      },
    ];
  }),
];

describe('an answer that takes long to write', () => {
  it.each(TENSORS)('says the same as one that is written at once: %s', (_, tensor) => {
    const value = atOnce(tensorValue(tensor));
    const answer = { model: 'm', left: undefined, predictions: value, others: [{ one: value }, {}] };
    const plain = tensorToJson(tensor);
    const expected = { model: 'm', predictions: plain, others: [{ one: plain }, {}] };
    expect(textOf(jsonOf(answer))).toBe(JSON.stringify(expected));
  });

  it('is written in pieces', () => {
    expect(atOnce(tensorValue(floats(2, 1000)))).toBeInstanceOf(JsonText);
    expect(tensorValue(floats(2, 1000)).next().done).toBe(false);
    expect(jsonOf({ prediction: atOnce(tensorValue(floats(3))) })).toHaveLength(1);
  });

  it('has pictures as base64, however large', () => {
    for (const length of [0, 1, 3 * 2 ** 16, 3 * 2 ** 16 + 1, 10 ** 6]) {
      const picture = Buffer.alloc(length, 'tensornest');
      const text = textOf(jsonOf({ image: atOnce(base64Value(picture)), contentType: 'image/png' }));
      expect(JSON.parse(text)).toEqual({ image: picture.toString('base64'), contentType: 'image/png' });
    }
  });
});
