/** The key of this run, where another process made it for several. */
export interface RunKey {
  /** `null`: there is none, or it has ended. */
  readonly text: string | null;
  /** To be called when the keys file was seen to hold a key. */
  end(): void;
  /** @param listener told when another process has seen that */
  onEnd(listener: () => void): void;
}

export const RUN_KEY = Symbol('key of this run');
