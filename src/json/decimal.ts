/** 10^0 to 10^22, the powers of ten that a float64 holds exactly. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 23 }, (_, power) =>
  Number(`1e${power}`),
);

/** What no significand and power of ten make. */
export const UNDECIDED = -1;

const SPLITTER = 2 ** 27 + 1;

/** Upper and lower halves of each power, of 26 bits at most, so that products of halves are exact (Veltkamp's splitting). */
const UPPER = POWERS_OF_TEN.map((power) => power * SPLITTER - (power * SPLITTER - power));
const LOWER = POWERS_OF_TEN.map((power, index) => power - UPPER[index]!);

/** Wider than the error of the correction in `divide`, which is under 2^-51 of itself. */
const NARROWER = 1 - 2 ** -49;
const WIDER = 1 + 2 ** -49;

/**
 * The float64 nearest to `(high * 10^lowDigits + low) * 10^exponent`, or UNDECIDED where simple arithmetic cannot tell which that
 * is. `high` and `low` are integers below 10^9, `low` also below 10^lowDigits.
 *
 * `high * 10^lowDigits` is exact: `high` has 30 bits, and 10^9 is 5^9, of 21 bits, times a power of two. So the significand
 * is exactly the sum of two float64. If it fits one, a single product or quotient rounds it correctly (Clinger's fast path).
 */
export function decimal(high: number, lowDigits: number, low: number, exponent: number): number {
  if (exponent >= POWERS_OF_TEN.length || exponent <= -POWERS_OF_TEN.length) return UNDECIDED;
  const scaled = high * POWERS_OF_TEN[lowDigits]!;
  const greater = scaled + low;
  if (greater > Number.MAX_SAFE_INTEGER) {
    return exponent > 0 ? UNDECIDED : divide(greater, low - (greater - scaled), -exponent);
  }
  return exponent > 0 ? greater * POWERS_OF_TEN[exponent]! : greater / POWERS_OF_TEN[-exponent]!;
}

/**
 * The float64 nearest to `(greater + lesser) / 10^power`, or UNDECIDED. The quotient of the greater part leaves a remainder that a
 * float64 holds exactly; with the lesser part that gives a correction, known to 2^-51 of itself. If the sum rounds alike with
 * a correction slightly smaller and slightly larger, then so does the true quotient, which lies between.
 */
function divide(greater: number, lesser: number, power: number): number {
  const divisor = POWERS_OF_TEN[power]!;
  const divisorUpper = UPPER[power]!;
  const divisorLower = LOWER[power]!;
  const quotient = greater / divisor;
  const product = quotient * divisor;
  const upper = quotient * SPLITTER - (quotient * SPLITTER - quotient);
  const lower = quotient - upper;
  // Dekker's product: `product + excess` is exactly `quotient * divisor`.
  const excess =
    upper * divisorUpper - product + upper * divisorLower + lower * divisorUpper + lower * divisorLower;
  const correction = (greater - product - excess + lesser) / divisor;
  const nearest = quotient + correction * WIDER;
  return nearest === quotient + correction * NARROWER ? nearest : UNDECIDED;
}
