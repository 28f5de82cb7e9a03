/**
 * Logits to probabilities that add up to 1, in float64; large logits do not overflow. A NaN among them, or nothing but
 * -Infinity, gives NaN throughout; +Infinity shares all of 1 among those that have it.
 *
 * In loops: with a callback for each, a thousand classes were more than half of all that the event loop left to the garbage collector.
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const powers = new Float64Array(logits.length);
  let largest = -Infinity;
  for (let index = 0; index < logits.length; index++) largest = Math.max(largest, logits[index]!);
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    const logit = logits[index]!;
    const power = logit === largest && largest === Infinity ? 1 : Math.exp(logit - largest);
    powers[index] = power;
    sum += power;
  }
  for (let index = 0; index < powers.length; index++) powers[index]! /= sum;
  return powers;
}
