import type { JsonNumbers } from './json-value.js';
import { DECIMAL, INT64, INTEGER, UINT64 } from './number-store.js';
import { parseJson } from './parse-json.js';
import { NUMBER } from './shape.js';

/** Enough that no number is among the last bytes of the document, where the fast path does not go. */
const SPACE = ' '.repeat(64);

describe('numbers of a document', () => {
  it('are the nearest float64 for 200,000 literals of all lengths and exponents', () => {
    const random = generator(20261124);
    for (let round = 0; round < 100; round++) {
      const literals = Array.from({ length: 2000 }, () => randomLiteral(random)).filter(isFiniteLiteral);
      expect(inexact(literals)).toEqual([]);
    }
  });

  it('are rounded to even for 20,000 literals halfway between two float64, and away from halfway just beyond', () => {
    const random = generator(7);
    const literals = Array.from({ length: 10_000 }, () => {
      const middle = halfway(random);
      return [middle, middle.includes('.') ? `${middle}1` : `${middle}.000001`];
    });
    expect(inexact(literals.flat())).toEqual([]);
  });

  it('are right at the edges of a float64 and of the fast path', () => {
    const literals = `
      5e-324 4.9e-324 2.4703282292062327e-324 2.47032822920623272e-324 1e-400
      2.2250738585072011e-308 2.2250738585072014e-308 1.7976931348623157e308 -1e-7
      9007199254740991 9007199254740992 9007199254740993 9007199254740993.0 999999999
      0.1 0.000000000000000000000000000001 0.0 -0.0 0e5 0 -0 1e22 1e23 1E+22 123456789e-22
      123456789.123456789 1234567890123456789.5 0.12156862745098039 0.023529411764705882
      0.${'0'.repeat(400)}1e400 1${'0'.repeat(300)} 0.${'3'.repeat(1000)}`
      .trim()
      .split(/\s+/);
    expect(inexact(literals)).toEqual([]);
  });

  it('are the same wherever they stand', () => {
    const literals = ['0', '-0.25', '12345678901234567890', '1.5e3', 'NaN', '-Inf', '7'];
    for (let spaces = 0; spaces < 64; spaces++) {
      const { store } = parseJson(Buffer.from(`[${literals.join(',')}]${' '.repeat(spaces)}`)) as JsonNumbers;
      expect([...store.values.subarray(0, store.length)]).toEqual([
        0,
        -0.25,
        Number('12345678901234567890'),
        1500,
        NaN,
        -Infinity,
        7,
      ]);
    }
  });

  it.each([
    ['1', INTEGER],
    ['-0', INTEGER],
    ['9007199254740991', INTEGER],
    ['9007199254740992', INT64],
    ['9223372036854775807', INT64],
    ['-9223372036854775808', INT64],
    ['9223372036854775808', UINT64],
    ['18446744073709551615', UINT64],
    ['18446744073709551616', DECIMAL],
    ['-9223372036854775809', DECIMAL],
    ['1.0', DECIMAL],
    ['1e2', DECIMAL],
    ['NaN', DECIMAL],
  ])('%s is told apart by its spelling, and keeps its digits if it is an integer', (literal, kind) => {
    for (const text of [literal, `[${literal}]${SPACE}`]) {
      const { store } = parseJson(Buffer.from(text)) as JsonNumbers;
      expect(store.kinds[0]).toBe(kind);
      expect(store.integer(0)).toBe(kind === DECIMAL ? null : BigInt(literal));
    }
  });

  it('are read alone as they are in lists', () => {
    const { shape, store } = parseJson(Buffer.from('-1.25e1')) as JsonNumbers;
    expect(shape).toBe(NUMBER);
    expect(store.values[0]).toBe(-12.5);
  });
});

/** The literals of which a list does not have just the nearest float64. */
function inexact(literals: readonly string[]): string[] {
  const { store } = parseJson(Buffer.from(`[${literals.join(',')}]${SPACE}`)) as JsonNumbers;
  if (store.length !== literals.length) return [`${store.length} numbers`];
  return literals.filter((literal, index) => {
    const nearest = /^-0+$/.test(literal) ? 0 : Number(literal);
    return !Object.is(store.values[index], nearest);
  });
}

function isFiniteLiteral(literal: string): boolean {
  return Number.isFinite(Number(literal));
}

/** Numbers from 0 to 1 that are the same in every run (xorshift). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function randomLiteral(random: () => number): string {
  const digits = (most: number) => {
    return Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 10)).join('');
  };
  if (random() < 0.2) return String(randomDouble(random));
  const sign = random() < 0.3 ? '-' : '';
  const whole = random() < 0.5 ? '0' : `${1 + Math.floor(random() * 9)}${digits(19)}`;
  const zeros = random() < 0.3 ? '0'.repeat(Math.floor(random() * 24)) : '';
  const fraction = random() < 0.8 ? `.${zeros}${digits(20)}` : '';
  const exponent =
    random() < 0.3
      ? `${random() < 0.5 ? 'e' : 'E'}${['', '+', '-'][Math.floor(random() * 3)]}${digits(3)}`
      : '';
  return sign + whole + fraction + exponent;
}

/** Of random bits, so of any exponent; finite. */
function randomDouble(random: () => number): number {
  const bits = Uint32Array.of(random() * 2 ** 32, random() * 2 ** 32);
  const value = new Float64Array(bits.buffer)[0]!;
  return Number.isFinite(value) ? value : randomDouble(random);
}

/** All digits of the number just between two float64 of about 2^-50 to 2^10. */
function halfway(random: () => number): string {
  const significand = 2n ** 53n + 2n * BigInt(Math.floor(random() * 2 ** 52)) + 1n;
  const exponent = 50 + Math.floor(random() * 60);
  const digits = (significand * 5n ** BigInt(exponent)).toString().padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
