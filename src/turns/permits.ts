/** Who waits for a permit, and who is next. `Who`: what the line must know of each. */
export interface WaitingLine<Who extends readonly unknown[]> {
  /** @param go what is to be called when its turn has come; it names the entry as well */
  add(go: () => void, ...who: Who): void;
  /** Takes out the entry that is next. */
  shift(): (() => void) | undefined;
  /** Takes out an entry that does not want its turn any more. */
  delete(go: () => void): void;
}

/** In the order of arrival. */
class FirstCome implements WaitingLine<readonly unknown[]> {
  private readonly entries = new Set<() => void>();

  add(go: () => void, ..._who: readonly unknown[]): void {
    this.entries.add(go);
  }

  shift(): (() => void) | undefined {
    const [next] = this.entries;
    if (next !== undefined) this.entries.delete(next);
    return next;
  }

  delete(go: () => void): void {
    this.entries.delete(go);
  }
}

/** Who waits, and how much it needs. */
interface Waiting {
  readonly go: () => void;
  readonly size: number;
}

/**
 * Lets at most so many pieces of work run at once, or work of so much size together; the others wait, and the line says who is next. What
 * is next and does not fit is not overtaken.
 */
export class Permits<Who extends readonly unknown[] = []> {
  private readonly sizes = new Map<() => void, number>();
  /** Whose turn it is, and who waits for enough to be free. */
  private head: Waiting | undefined;

  /**
   * @param line by default, in the order of arrival
   * @param sizeOf by default, each takes one; more than there is at all is never free
   */
  constructor(
    private free: number,
    private readonly line: WaitingLine<Who> = new FirstCome(),
    private readonly sizeOf: (...who: Who) => number = () => 1,
  ) {}

  /**
   * Runs `work` when there is a permit for it, and gives the permit back when it settled.
   * Rejects with the signal's reason, and never starts `work`, when the caller left while it waited.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, ...who: Who): Promise<T> {
    const size = this.sizeOf(...who);
    await this.acquire(signal, size, who);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.release(size);
    }
  }

  private async acquire(signal: AbortSignal, size: number, who: Who): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', left);
        resolve();
      };
      const left = () => {
        this.forget(go);
        reject(signal.reason as Error);
      };
      this.sizes.set(go, size);
      this.line.add(go, ...who);
      signal.addEventListener('abort', left, { once: true });
      this.callNext();
    });
  }

  /** Hands the permit to who is next: nobody that comes later can take it in between. */
  private release(size: number): void {
    this.free += size;
    this.callNext();
  }

  private forget(go: () => void): void {
    this.sizes.delete(go);
    if (this.head?.go !== go) {
      this.line.delete(go);
      return;
    }
    this.head = undefined;
    this.callNext();
  }

  /** All that fit. */
  private callNext(): void {
    while (this.free > 0) {
      this.head ??= this.shift();
      if (this.head === undefined || this.head.size > this.free) return;
      const { go, size } = this.head;
      this.head = undefined;
      this.free -= size;
      go();
    }
  }

  private shift(): Waiting | undefined {
    const go = this.line.shift();
    if (go === undefined) return undefined;
    const size = this.sizes.get(go)!;
    this.sizes.delete(go);
    return { go, size };
  }
}
