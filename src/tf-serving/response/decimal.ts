/** How many digits always tell a number of a dtype from its neighbours. */
const DIGITS = { float32: 9, float64: 17 } as const;

export type DecimalType = keyof typeof DIGITS;

/**
 * A number as TensorFlow Serving writes it (`WriteDecimal` in `tensorflow_serving/util/json_tensor.cc`): with six digits if these are this
 * very number in its dtype, else with nine (float32) or seventeen; with an exponent below 1e-4 and where the digits end before the point;
 * always with a point or an exponent. Those that are not finite are words that JSON does not have.
 */
export function decimal(value: number, dtype: DecimalType): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}Infinity`;
  if (size === 0) return `${sign}0.0`;
  const short = significant(size, 6);
  const read = dtype === 'float32' ? Math.fround(Number(short)) : Number(short);
  return sign + (read === size ? short : significant(size, DIGITS[dtype]));
}

/** As C's `%.<count>g`, with `.0` where it would have neither a point nor an exponent. @param size positive and finite */
function significant(size: number, count: number): string {
  const [written = '', power = ''] = size.toExponential(count - 1).split('e');
  const exponent = Number(power);
  const digits = roundedToEven(size, count, exponent) ?? written.replace('.', '');
  return layOut(digits, exponent);
}

/**
 * JavaScript rounds up a number that lies in the middle of two decimals; C takes the one that ends in an even digit.
 * @returns that one's digits; `undefined` unless the number lies in the middle and the even digit is below
 */
function roundedToEven(size: number, count: number, exponent: number): string | undefined {
  // Odd only where `size` has one digit more, and that is a 5.
  const doubled = size * 2 ** (count - exponent);
  if (!Number.isInteger(doubled) || doubled % 2 === 0) return undefined;
  const digits = size.toExponential(count).replace('.', '').slice(0, count);
  return Number(digits.at(-1)) % 2 === 0 ? digits : undefined;
}

function layOut(written: string, exponent: number): string {
  const digits = written.replace(/0+$/, '');
  if (exponent < -4 || exponent >= written.length) {
    const point = digits.length > 1 ? '.' : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${digits[0]}${point}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-1 - exponent)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}.${digits.slice(exponent + 1) || '0'}`;
}
