/** How far a program may read and write beyond what it is given, in bytes. */
export const SLACK = 16;

export function aligned(bytes: number): number {
  return Math.ceil(bytes / SLACK) * SLACK;
}

/** What lies where in a program's memory, for one run. */
export class Layout {
  private end: number;
  private readonly contents: [at: number, content: Uint8Array][] = [];

  /** @param begin the first address; before it lie a program's own tables */
  constructor(begin = 0) {
    this.end = aligned(begin);
  }

  /** In bytes. */
  get size(): number {
    return this.end;
  }

  /** @returns the address of so many bytes that nothing else has, and SLACK behind them */
  place(bytes: number): number {
    const at = this.end;
    this.end = at + aligned(bytes + SLACK);
    return at;
  }

  /** @returns where the content will lie */
  put({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
    const at = this.place(byteLength);
    this.contents.push([at, new Uint8Array(buffer, byteOffset, byteLength)]);
    return at;
  }

  writeTo(bytes: Uint8Array): void {
    for (const [at, content] of this.contents) bytes.set(content, at);
  }
}
