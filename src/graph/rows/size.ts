/**
 * A whole number that a graph computes of shapes, such as how many rows a batch has, or how many numbers a row: a product of what is
 * known, of the number of rows, and of sizes that only have names.
 */
export interface Size {
  readonly factor: number;
  /** How often the number of rows is a factor. `Infinity`: the size depends on the number of rows in some other way. */
  readonly batch: number;
  /** The sizes that do not depend on the rows and that nobody knows before a run, sorted. */
  readonly names: readonly string[];
}

export function known(factor: number): Size {
  return { factor, batch: 0, names: [] };
}

/** The number of rows. */
export const BATCH: Size = { factor: 1, batch: 1, names: [] };

/** What depends on the number of rows in a way that is not followed. */
export const COUNTED: Size = { factor: 1, batch: Infinity, names: [] };

/** A size of its own, which is equal to no other. */
export function named(name: string): Size {
  return { factor: 1, batch: 0, names: [name] };
}

export function isCounted({ batch }: Size): boolean {
  return batch !== 0;
}

/** `null` where it is not known. */
export function numberOf({ factor, batch, names }: Size): number | null {
  return batch === 0 && names.length === 0 ? factor : null;
}

export function isNumber(size: Size | undefined, number: number): boolean {
  return size !== undefined && numberOf(size) === number;
}

/** Whether both are the same for every number of rows. */
export function isSame(a: Size, b: Size): boolean {
  return (
    a.factor === b.factor &&
    a.batch === b.batch &&
    a.batch !== Infinity &&
    String(a.names) === String(b.names)
  );
}

export function times(a: Size, b: Size): Size {
  return {
    factor: a.factor * b.factor,
    batch: a.batch + b.batch,
    names: [...a.names, ...b.names].toSorted(),
  };
}

export function product(sizes: readonly Size[]): Size {
  return sizes.reduce(times, known(1));
}

/** `null` where it does not come out even, or nobody knows whether it does. */
export function over(a: Size, b: Size): Size | null {
  const factor = a.factor / b.factor;
  if (!Number.isInteger(factor) || !Number.isFinite(a.batch) || !(b.batch <= a.batch)) return null;
  const names = [...a.names];
  for (const name of b.names) {
    const at = names.indexOf(name);
    if (at < 0) return null;
    names.splice(at, 1);
  }
  return { factor, batch: a.batch - b.batch, names };
}
