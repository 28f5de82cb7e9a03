import { EngineError, isCrash } from '../engine.js';
import { OneAtATime } from '../host/one-at-a-time.js';

/** How a run is tried of which it is not known whether it ends the process. */
export interface Tries {
  /**
   * `first`: it is not tried again where a crash ends it, for who tries its parts then. `second`: a crash ended it before, joined with others.
   * Absent: both, if it must be.
   */
  readonly only?: 'first' | 'second';
  /** Of a run of one request alone. */
  readonly suspect?: Suspect;
}

/** Whoever sent what may be an input that ends the process. */
export interface Suspect {
  /** Called right before a second try. @throws where it is not wanted any more, or is known by now to end the process */
  beforeSecondTry(): void;
  /** It ended the process: twice, with nothing beside it the second time; or once, by taking too long for whoever waited for it. @param isMemory it
   * made it take more memory than it may */
  convict(isMemory: boolean): void;
  /** It was in a run that ended the process, and no process came in which it could be tried by itself. */
  suspect(): void;
}

/** How often a run is tried again because somebody else killed the process. */
const MOST_KILLS = 5;

/**
 * Runs of which each that a crash ended is tried once more, one after the other, while no other run is under way: if it was an input that made
 * the process crash, that falls on nobody beside it a second time, and it is known which one it was. A process that somebody else killed tells
 * nothing: the try is made again.
 */
export class SecondTries {
  private readonly turn = new OneAtATime();
  private readonly firstTries = new Set<Promise<unknown>>();
  private count = 0;

  /** @param isClosed whether there is nothing to try in any more */
  constructor(private readonly isClosed: () => boolean) {}

  /** @throws what the run rejects with; `crashed` where its second try too was ended by a crash */
  async run<T>(work: () => Promise<T>, { only, suspect }: Tries = {}): Promise<T> {
    if (only === 'second') return this.secondTry(work, suspect);
    while (this.count > 0) await this.turn.run(async () => {}); // Until those that are in the line now are through.
    try {
      return await this.firstTry(work);
    } catch (error) {
      if (!isCrash(error) || this.isClosed() || only === 'first') throw error;
      return this.secondTry(work, suspect, error);
    }
  }

  private async firstTry<T>(work: () => Promise<T>): Promise<T> {
    const tried = work();
    this.firstTries.add(tried);
    try {
      return await tried;
    } finally {
      this.firstTries.delete(tried);
    }
  }

  private secondTry<T>(work: () => Promise<T>, suspect?: Suspect, first?: unknown): Promise<T> {
    this.count += 1;
    const alone = async (): Promise<T> => {
      await Promise.allSettled(this.firstTries);
      for (let kills = 0; ; kills += 1) {
        try {
          suspect?.beforeSecondTry();
        } catch (reason) {
          if (first instanceof EngineError && first.isCulprit) suspect?.convict(first.isMemory);
          throw reason;
        }
        try {
          return await work();
        } catch (error) {
          if (isCrash(error) && !this.isClosed()) {
            if (error.isOutside && kills < MOST_KILLS) continue;
            if (!error.isOutside) suspect?.convict(error.isMemory);
          }
          if (error instanceof EngineError && error.kind === 'away') suspect?.suspect();
          throw error;
        }
      }
    };
    return this.turn.run(alone).finally(() => (this.count -= 1));
  }
}
