import { decimal } from './decimal.js';
import { JsonWriter } from './json-writer.js';

function written(value: number): string {
  const writer = new JsonWriter();
  writer.float32(value);
  return writer.result().toString();
}

/** What `%.6g`, `%.9g` and `%.17g` of C give, by the rules of TensorFlow Serving. */
const FLOAT32: readonly [number, string][] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [3, '3.0'],
  [-100, '-100.0'],
  [999_999, '999999.0'],
  [1_000_000, '1e+06'],
  [9_000_000, '9e+06'],
  [1_234_567, '1234567.0'],
  [1_234_560, '1.23456e+06'],
  [123_456_789, '123456792.0'],
  [1_073_741_824, '1.07374182e+09'],
  [0.1, '0.1'],
  [1 / 3, '0.333333343'],
  [0.0001, '0.0001'],
  [0.000_03, '3e-05'],
  [0.000_099_999, '9.9999e-05'],
  [1.5e-10, '1.5e-10'],
  [Math.fround(1 / 3e7), '3.33333325e-08'],
  [3.402_823_466_385_288_6e38, '3.40282347e+38'],
  [1.175_494_350_822_287_5e-38, '1.17549435e-38'],
  [1.401_298_464_324_817e-45, '1.4013e-45'],
  [1e-40, '9.99995e-41'],
  // In the middle of two decimals of nine digits: the even one.
  [2_097_151.625, '2097151.62'],
  [2_097_151.875, '2097151.88'],
  [2_097_151.125, '2097151.12'],
  [-2_097_151.375, '-2097151.38'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
];

describe('a decimal', () => {
  it.each(FLOAT32)('%d of float32 is written %s', (value, text) => {
    expect(decimal(Math.fround(value), 'float32')).toBe(text);
    expect(written(Math.fround(value))).toBe(text);
  });

  it.each([
    [0.1, '0.1'],
    [1 / 3, '0.33333333333333331'],
    [100, '100.0'],
    [123_456_789, '123456789.0'],
    [1e17, '1e+17'],
    [123_456_789_012_345_680, '1.2345678901234568e+17'],
    [5e-324, '4.94066e-324'],
    [1.797_693_134_862_315_7e308, '1.7976931348623157e+308'],
    // In the middle of two decimals of seventeen digits.
    [70_368_744_177_664.8125, '70368744177664.812'],
    [70_368_744_177_664.9375, '70368744177664.938'],
  ])('%d of float64 is written %s', (value, text) => {
    expect(decimal(value, 'float64')).toBe(text);
  });

  it('of float32 is written the same by arithmetic as by way of texts, and reads back', () => {
    const bits = new Uint32Array(20_000);
    for (let index = 0, state = 1; index < bits.length; index++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bits[index] = state;
    }
    const values = [...new Float32Array(bits.buffer)];
    const short = values.map((_, index) => Math.fround((index * 37) / 10 ** (index % 12)));
    for (const value of [...values, ...short]) {
      const text = written(value);
      expect(text).toBe(decimal(value, 'float32'));
      expect(Math.fround(Number(text))).toBe(value);
    }
  });
});
