import type { EngineError } from '../engine.js';
import type { StreamEngine } from './stream-engine.js';

/** What a stream's thread is told when it starts. */
export interface StreamStart {
  readonly runtime: string;
  /** Why it is that runtime, for its `info`. */
  readonly note: string | undefined;
}

/** The calls of a `StreamEngine`, and `collect`: free what can be freed of the thread's own memory. */
export type Method = keyof Pick<
  Required<StreamEngine>,
  'info' | 'load' | 'share' | 'attach' | 'run' | 'unload'
>;

/** What goes to a stream's thread. */
export interface StreamCall {
  readonly id: number;
  readonly method: Method | 'collect';
  readonly args: readonly unknown[];
}

/** What comes back. */
export type StreamReply =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: { readonly kind?: EngineError['kind']; readonly message: string };
    };
