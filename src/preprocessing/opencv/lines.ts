/** The lines of a picture that were last scaled to the result's width: the next row is mostly made of the same. */
export class Lines {
  private readonly held: { row: number; readonly line: number }[];

  /**
   * @param lines addresses of a program's memory
   * @param make scales a row of the picture into a line
   */
  constructor(
    lines: readonly number[],
    private readonly make: (row: number, line: number) => void,
  ) {
    this.held = lines.map((line) => ({ row: -1, line }));
  }

  /** @param rows as many as there are lines, ascending, and none before those that were asked for last */
  of(rows: readonly number[]): readonly number[] {
    return rows.map((row) => {
      const held = this.held.find((one) => one.row === row) ?? this.oldest();
      if (held.row !== row) {
        held.row = row;
        this.make(row, held.line);
      }
      return held.line;
    });
  }

  private oldest(): { row: number; readonly line: number } {
    return this.held.reduce((least, one) => (one.row < least.row ? one : least));
  }
}
