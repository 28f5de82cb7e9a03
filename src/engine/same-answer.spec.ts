import type { Tensor } from './tensor.js';
import { toBfloat16 } from '../numbers/half.js';
import { differs } from './same-answer.js';

const floats = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const whole = (...values: number[]): Tensor => ({
  dtype: 'int32',
  shape: [values.length],
  data: Int32Array.from(values),
});
const bfloats = (...values: number[]): Tensor => ({
  dtype: 'bfloat16',
  shape: [values.length],
  data: Uint16Array.from(values, toBfloat16),
});
const long = (...values: bigint[]): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values),
});
const texts = (...values: string[]): Tensor => ({
  dtype: 'string',
  shape: [values.length],
  data: values.map((value) => Buffer.from(value)),
});

describe('two answers', () => {
  it.each<[string, Tensor, Tensor]>([
    ['are equal', floats(1, -2), floats(1, -2)],
    ['differ by rounding', floats(1, 0.5), floats(1, 0.5009)],
    ['differ by a small part of the largest number', floats(1000, 0), floats(1000, 0.9)],
    ['are both NaN, or the same infinity', floats(NaN, Infinity), floats(NaN, Infinity)],
    ['have zeros of either sign', floats(0), floats(-0)],
    ['round in bfloat16', bfloats(100), bfloats(100)],
    ['have no elements', floats(), floats()],
    ['are the same bytes', texts('a', ''), texts('a', '')],
  ])('are the same where they %s', (_, expected, found) => {
    expect(differs(expected, found, 1e-3)).toBeNull();
  });

  it.each<[string, Tensor, Tensor, string]>([
    ['a number is off', floats(1, 0.5), floats(1, 0.52), 'by 0.020 where 0.0010 is allowed'],
    ['one is NaN', floats(1), floats(NaN), 'a number where the other has none'],
    ['one is infinite', floats(1), floats(Infinity), 'by Infinity where 0.0010 is allowed'],
    [
      'the infinities have other signs',
      floats(-Infinity),
      floats(Infinity),
      'by Infinity where 0.0010 is allowed',
    ],
    ['a whole number is off by one', whole(5), whole(6), 'by 1.0 where 0.0 is allowed'],
    ['a long number is off', long(2n ** 40n), long(2n ** 40n + 3n), 'by 3.0 where 0.0 is allowed'],
    ['the shapes differ', floats(1, 2), floats(1), 'the shape [1] instead of [2]'],
    ['bytes differ', texts('a'), texts('b'), 'other bytes'],
  ])('are not the same where %s', (_, expected, found, sentence) => {
    expect(differs(expected, found, 1e-3)).toBe(sentence);
  });
});
