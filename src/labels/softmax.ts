/**
 * Logits to probabilities that add up to 1, in float64; large logits do not overflow. A NaN among them, or nothing but
 * -Infinity, gives NaN throughout; +Infinity shares all of 1 among those that have it.
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((max, value) => Math.max(max, value), -Infinity);
  const powers = values.map((value) =>
    value === largest && largest === Infinity ? 1 : Math.exp(value - largest),
  );
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
