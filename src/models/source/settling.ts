/**
 * Holds back what is still being written: a thing counts only when two looks in turn have seen it with the same stamp, and until
 * then what it was before does. At the first look of all everything counts.
 */
export class Settling {
  private seen = new Map<string, string>();
  private looks = 0;
  private current = new Map<string, string>();
  private readonly settled = new Map<string, unknown>();
  /** Whether anything was held back in this look. */
  pending = false;

  beginLook(): void {
    this.looks++;
    this.seen = this.current;
    this.current = new Map();
    this.pending = false;
  }

  /** @returns the thing if it has settled, else what it last was; `undefined` if it never was */
  take<T>(key: string, stamp: string, thing: T): T | undefined {
    this.current.set(key, stamp);
    if (this.looks === 1 || this.seen.get(key) === stamp) this.settled.set(key, thing);
    else this.pending = true;
    return this.settled.get(key) as T | undefined;
  }

  /** What was not seen in this look is forgotten. */
  endLook(): void {
    for (const key of this.settled.keys()) if (!this.current.has(key)) this.settled.delete(key);
  }
}
