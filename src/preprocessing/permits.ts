/** Lets at most so many pieces of work run at once; the others wait in the order they came. */
export class Permits {
  /** In the order of arrival; each is called when its turn has come. */
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** How many wait. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /**
   * Runs `work` when there is a permit for it, and gives the permit back when it settled.
   * Rejects with the signal's reason, and never starts `work`, when the caller left while it waited.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.acquire(signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.release();
    }
  }

  private async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const granted = () => {
        signal.removeEventListener('abort', left);
        resolve();
      };
      const left = () => {
        this.waiting.delete(granted);
        reject(signal.reason as Error);
      };
      this.waiting.add(granted);
      signal.addEventListener('abort', left, { once: true });
    });
  }

  /** Hands the permit to who waited longest: nobody that comes later can take it in between. */
  private release(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free += 1;
    } else {
      this.waiting.delete(next);
      next();
    }
  }
}
