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

/** Lets at most so many pieces of work run at once; the others wait, and the line says who is next. */
export class Permits<Who extends readonly unknown[] = []> {
  /** @param line by default, in the order of arrival */
  constructor(
    private free: number,
    private readonly line: WaitingLine<Who> = new FirstCome(),
  ) {}

  /**
   * Runs `work` when there is a permit for it, and gives the permit back when it settled.
   * Rejects with the signal's reason, and never starts `work`, when the caller left while it waited.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, ...who: Who): Promise<T> {
    await this.acquire(signal, who);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.release();
    }
  }

  private async acquire(signal: AbortSignal, who: Who): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', left);
        resolve();
      };
      const left = () => {
        this.line.delete(go);
        reject(signal.reason as Error);
      };
      this.line.add(go, ...who);
      signal.addEventListener('abort', left, { once: true });
      if (this.free > 0) this.callNext();
    });
  }

  /** Hands the permit to who is next: nobody that comes later can take it in between. */
  private release(): void {
    this.free += 1;
    this.callNext();
  }

  private callNext(): void {
    const go = this.line.shift();
    if (go === undefined) return;
    this.free -= 1;
    go();
  }
}
