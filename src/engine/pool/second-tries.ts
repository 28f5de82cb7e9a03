import { EngineError } from '../engine.js';

/**
 * Runs of which each that a crash ended is tried once more, one after the other, while no other run begins: if it was an input that made
 * the process crash, that falls on nobody beside it a second time.
 */
export class SecondTries {
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  /** @param isClosed whether there is nothing to try in any more */
  constructor(private readonly isClosed: () => boolean) {}

  /** @throws what the run rejects with; `crashed` where its second try too was ended by a crash */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.count > 0) await this.last;
    try {
      return await work();
    } catch (error) {
      const isCrash = error instanceof EngineError && error.kind === 'crashed';
      if (!isCrash || this.isClosed()) throw error;
      return this.tryAgain(work);
    }
  }

  private async tryAgain<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    const result = this.last.then(work).finally(() => (this.count -= 1));
    this.last = result.catch(() => {});
    return result;
  }
}
