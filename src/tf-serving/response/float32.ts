const POWERS = Float64Array.from({ length: 64 }, (_, exponent) => Number(`1e${exponent}`));

/** The largest power of ten that a float64 holds to the last bit. */
const EXACT_POWER = 22;

/** The greatest power of ten that is not above 2^(n - 127), by n: float32's exponent as its bits have it. */
const DECIMAL_EXPONENTS = Int8Array.from({ length: 255 }, (_, bits) =>
  Math.floor(Math.log10(2 ** (bits - 127))),
);

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** `digits`, `count` of them, with the point after the first, times ten to the `exponent`. */
export interface Digits {
  digits: number;
  count: number;
  exponent: number;
}

/**
 * The digits with which `decimal` writes a float32, found by arithmetic: ten times as fast, and right wherever it answers.
 * @param size positive and finite
 * @param found takes the answer, so that a million numbers make no million objects
 * @returns whether it answers; it does not where rounding is too close to call
 */
export function float32Digits(size: number, found: Digits): boolean {
  FLOAT[0] = size;
  let exponent = DECIMAL_EXPONENTS[BITS[0]! >>> 23]!;
  if (exponent < -38) return false; // Subnormal.
  let scaled = times10(size, 8 - exponent);
  if (scaled >= 1e9) scaled = times10(size, 8 - ++exponent);
  // A float32 times a power of ten up to 10^12 has at most 52 bits: then it is exact, otherwise off by less than 1e-6.
  const isExact = exponent >= -4 && exponent <= 8;
  let nine = Math.floor(scaled);
  const rest = scaled - nine;
  if (!isExact && (Math.abs(rest - 0.5) < 1e-6 || scaled < 1e8 + 1e-6 || scaled > 1e9 - 1)) return false;
  if (rest > 0.5 || (rest === 0.5 && nine % 2 === 1)) nine++;
  if (nine === 1e9) return false;
  const six = Math.round(scaled / 1000);
  // No float32 is further than this from what is read as it, so most numbers need no closer look.
  const isNear = Math.abs(six * 1000 - scaled) < 64;
  if (isNear && (six === 1e6 || Math.abs(exponent - 5) > EXACT_POWER)) return false;
  const isShort = isNear && Math.fround(times10(six, exponent - 5)) === size;
  found.digits = isShort ? six : nine;
  found.count = isShort ? 6 : 9;
  found.exponent = exponent;
  return true;
}

function times10(value: number, power: number): number {
  return power < 0 ? value / POWERS[-power]! : value * POWERS[power]!;
}
