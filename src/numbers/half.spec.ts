import { fromBfloat16, fromFloat16, roundToBfloat16, toBfloat16, toFloat16 } from './half.js';

const ALL_BITS = Array.from({ length: 2 ** 16 }, (_, bits) => bits);

describe('float16', () => {
  it('goes from bits to a number and back, for every number that there is', () => {
    const numbers = ALL_BITS.filter((bits) => !Number.isNaN(fromFloat16(bits)));
    expect(numbers.map((bits) => toFloat16(fromFloat16(bits)))).toEqual(numbers);
    expect(fromFloat16(toFloat16(NaN))).toBeNaN();
  });

  // As NumPy rounds: np.float16(x).view(np.uint16).
  it.each([
    [0.1, 0x2e66],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2],
    [-0, 0x8000],
    [-Infinity, 0xfc00],
    [0.99999, 0x3c00],
  ])('%d is rounded to the nearest, ties to even', (value, bits) => {
    expect(toFloat16(value)).toBe(bits);
  });
});

describe('bfloat16', () => {
  it('goes from bits to a number and back, for every number that there is', () => {
    const numbers = ALL_BITS.filter((bits) => !Number.isNaN(fromBfloat16(bits)));
    expect(numbers.map((bits) => toBfloat16(fromBfloat16(bits)))).toEqual(numbers);
    expect(roundToBfloat16(NaN)).toBeNaN();
  });

  it.each([
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [1 + 2 ** -8 + 2 ** -40, 0x3f81],
    [-(1 + 2 ** -8 + 2 ** -40), 0xbf81],
    [1 + 3 * 2 ** -8 - 2 ** -40, 0x3f81],
    [3.4e38, 0x7f80],
  ])('%d is rounded to the nearest once, ties to even', (value, bits) => {
    expect(toBfloat16(value)).toBe(bits);
  });
});
