/** The two floating-point formats of 16 bits, for which Node 20 has no arrays: numbers to and from their bits. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The bits of the bfloat16 nearest to `value` (the upper half of a float32), ties to even. */
export function toBfloat16(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  if (Number.isNaN(value)) return ((bits >>> 16) | 0x40) & 0xffff;
  // From a float64 the first rounding could hide a tie: decide by what it left over.
  const rest = bits & 0xffff;
  const lost = value - FLOAT[0];
  let upper = bits >>> 16;
  if (rest > 0x8000 || (rest === 0x8000 && tieRoundsAway(upper, lost, value))) upper += 1;
  return upper & 0xffff;
}

function tieRoundsAway(upper: number, lost: number, value: number): boolean {
  if (lost !== 0) return lost > 0 === value > 0;
  return (upper & 1) === 1;
}

export function fromBfloat16(bits: number): number {
  BITS[0] = bits << 16;
  return FLOAT[0]!;
}

export function roundToBfloat16(value: number): number {
  return fromBfloat16(toBfloat16(value));
}

/** The bits of the float16 (IEEE 754 binary16) nearest to `value`, ties to even. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00; // Beyond the middle between the largest number and the next power of two.
  // Spacing of the numbers around `size`: 2^-24 below 2^-14, then 2^-10 of the power of two.
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  let units = roundToEven(size / 2 ** (exponent - 10));
  // Log2 may be off by one next to a power of two; units then carry into the exponent by themselves.
  units += (exponent + 14) * 1024;
  return sign | units;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

export function fromFloat16(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

export function roundToFloat16(value: number): number {
  return fromFloat16(toFloat16(value));
}
