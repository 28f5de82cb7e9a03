/** What differs by more than a share of the larger of 1 and the largest wanted number; `null` if nothing does. */
export function difference(got: unknown, wanted: unknown, tolerance: number): string | null {
  const largest = Math.max(1, ...numbersOf(wanted).map(Math.abs));
  const compare = (a: unknown, b: unknown, path: string): string | null => {
    if (typeof a === 'number' && typeof b === 'number') {
      return Math.abs(a - b) <= tolerance * largest ? null : `${path} is ${a} and not ${b}`;
    }
    if (isObject(a) && isObject(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      for (const key of keys) {
        const found = compare(a[key], b[key], `${path}[${key}]`);
        if (found !== null) return found;
      }
      return null;
    }
    return a === b ? null : `${path} is ${JSON.stringify(a)} and not ${JSON.stringify(b)}`;
  };
  return compare(got, wanted, 'the answer');
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return isObject(value) ? Object.values(value).flatMap(numbersOf) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
