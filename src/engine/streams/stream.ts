import { Worker } from 'node:worker_threads';
import { isGivenAway } from '../../threads/is-given-away.js';
import { EngineError } from '../engine.js';
import type { Method, StreamCall, StreamReply, StreamStart } from './protocol.js';
import type { StreamEngine } from './stream-engine.js';

interface Pending {
  readonly method: StreamCall['method'];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

const THREAD = new URL('stream-thread.js', import.meta.url);

/** One thread with a runtime of its own. A run blocks it; whatever waits for files, a load, lets others in between. */
export class Stream {
  private readonly thread: Worker;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  /**
   * @param onAnswer told when it has answered a call
   * @param onEnd told when the thread ended, which nobody asks it to do
   */
  constructor(
    start: StreamStart,
    private readonly onAnswer: (stream: Stream) => void,
    onEnd: (reason: string) => void,
  ) {
    this.thread = new Worker(THREAD, { workerData: start });
    this.thread.on('message', (reply: StreamReply) => this.settle(reply));
    this.thread.on('error', (error) => onEnd(`A thread of the engine process ended: ${error.message}`));
    this.thread.on('exit', () => onEnd('A thread of the engine process ended.'));
  }

  /** Whether it has nothing to do. */
  get isIdle(): boolean {
    return this.pending.size === 0;
  }

  get isRunning(): boolean {
    for (const { method } of this.pending.values()) if (method === 'run') return true;
    return false;
  }

  /**
   * Calls a method of its runtime; the answer is `null` if the runtime lacks it.
   * @param transfer what of the arguments this thread gives away
   * @throws EngineError `run` where that was given away before
   */
  call<M extends Method>(
    method: M,
    args: Parameters<Required<StreamEngine>[M]>,
    transfer: readonly ArrayBuffer[] = [],
  ): ReturnType<Required<StreamEngine>[M]> {
    return this.send(method, args, transfer) as ReturnType<Required<StreamEngine>[M]>;
  }

  /** Frees what can be freed of the thread's own memory. */
  async collectGarbage(): Promise<void> {
    await this.send('collect', [], []);
  }

  async close(): Promise<void> {
    this.thread.removeAllListeners('exit');
    await this.thread.terminate();
  }

  private send(
    method: StreamCall['method'],
    args: readonly unknown[],
    transfer: readonly ArrayBuffer[],
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (transfer.some(isGivenAway))
        throw new EngineError('run', 'This is a bug. The inputs of a run were given away before.');
      const id = this.nextId++;
      const call: StreamCall = { id, method, args };
      this.thread.postMessage(call, transfer); // Where it throws, nothing is pending.
      this.pending.set(id, { method, resolve, reject });
    });
  }

  private settle(reply: StreamReply): void {
    const call = this.pending.get(reply.id)!;
    this.pending.delete(reply.id);
    if (!('error' in reply)) call.resolve(reply.result);
    else {
      const { kind, message } = reply.error;
      call.reject(kind === undefined ? new Error(message) : new EngineError(kind, message));
    }
    this.onAnswer(this);
  }
}
