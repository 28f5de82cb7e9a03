/** How far numbers are from those that were expected. */
export interface Distance {
  /** Infinite where one is no number. */
  readonly worst: number;
  readonly mean: number;
}

/** Of two rows of the same length. */
export function distanceOf(found: ArrayLike<number>, expected: ArrayLike<number>): Distance {
  let worst = 0;
  let sum = 0;
  for (let index = 0; index < expected.length; index += 1) {
    const difference = Math.abs(expected[index]! - found[index]!);
    if (Number.isNaN(difference)) return { worst: Infinity, mean: Infinity };
    if (difference > worst) worst = difference;
    sum += difference;
  }
  return { worst, mean: expected.length === 0 ? 0 : sum / expected.length };
}
