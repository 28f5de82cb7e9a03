/** Rows of a picture that follow on each other, and where they are laid. */
export interface Band {
  readonly row: number;
  readonly place: number;
  readonly rows: number;
}

interface Run {
  readonly row: number;
  readonly place: number;
  rows: number;
}

/** Per row of a result, the first row that it is made of, and how many; the first ones ascend. */
interface Needs {
  readonly first: Int32Array;
  readonly count: Int32Array;
}

/**
 * The rows that a result is made of, without those between them.
 * @param most how many rows a band has
 * @returns `below`, where the rows of `first` lie once the bands are laid; `count`, how many rows that are
 */
export function usedRows(
  { first: firsts, count: counts }: Needs,
  height: number,
  most: number,
): { bands: readonly Band[]; below: Int32Array<ArrayBuffer>; count: number } {
  let last: Run = { row: firsts[0]!, place: 0, rows: 0 };
  const runs = [last];
  const below = Int32Array.from(firsts, (first, output) => {
    if (first > last.row + last.rows) {
      last = { row: first, place: last.place + last.rows, rows: 0 };
      runs.push(last);
    }
    const end = Math.min(height, first + counts[output]!);
    last.rows = Math.max(last.rows, end - last.row);
    return last.place + first - last.row;
  });
  return { bands: runs.flatMap((run) => bandsOf(run, most)), below, count: last.place + last.rows };
}

function bandsOf({ row, place, rows }: Run, most: number): Band[] {
  return Array.from({ length: Math.ceil(rows / most) }, (_, band) => {
    const at = band * most;
    return { row: row + at, place: place + at, rows: Math.min(most, rows - at) };
  });
}
