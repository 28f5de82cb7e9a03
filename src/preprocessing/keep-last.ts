import type { Axis } from './axis.js';

/** Sizes that are kept: pictures of one camera have one. */
const KEPT = 32;
/** Weights of longer sides take megabytes, and next to the work on such a picture no time. */
const LONGEST = 4096;

/** @returns `make`, which for an axis that it was lately called with gives what it gave then */
export function keepLast<Filter extends string, Made>(
  make: (axis: Axis, filter: Filter, antialias: boolean) => Made,
): typeof make {
  const made = new Map<string, Made>();
  return (axis, filter, antialias) => {
    const { pixels, begin, from, to, start, length } = axis;
    const key = `${pixels} ${begin} ${from} ${to} ${start} ${length} ${filter} ${antialias}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(axis, filter, antialias);
    if (Math.max(from, length) > LONGEST) return value;
    if (made.size >= KEPT) made.delete(made.keys().next().value!);
    made.set(key, value);
    return value;
  };
}
