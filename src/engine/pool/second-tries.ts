import { isCrash } from '../engine.js';
import { OneAtATime } from '../host/one-at-a-time.js';

/**
 * Runs of which each that a crash ended is tried once more, one after the other, while no other run begins: if it was an input that made
 * the process crash, that falls on nobody beside it a second time.
 */
export class SecondTries {
  private readonly turn = new OneAtATime();
  private count = 0;

  /** @param isClosed whether there is nothing to try in any more */
  constructor(private readonly isClosed: () => boolean) {}

  /** @throws what the run rejects with; `crashed` where its second try too was ended by a crash */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.count > 0) await this.turn.run(async () => {}); // Until those that are in the line now are through.
    try {
      return await work();
    } catch (error) {
      if (!isCrash(error) || this.isClosed()) throw error;
      this.count += 1;
      return await this.turn.run(work).finally(() => (this.count -= 1));
    }
  }
}
