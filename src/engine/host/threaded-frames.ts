import { on } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Frame } from './frames.js';

const THREAD = new URL('frame-thread.js', import.meta.url);

/**
 * The frames that arrive on a file descriptor, read by a thread of their own. A run blocks this thread, and a socket holds less than
 * a batch of pictures: the next batch would arrive only after the run. So it lies ready.
 *
 * One a turn of the event loop: what another call waits for, a load for its files, would else wait as long as runs arrive without a pause.
 */
export async function* threadedFrames(fd: number): AsyncGenerator<Frame> {
  const thread = new Worker(THREAD, { workerData: fd });
  const messages = on(thread, 'message', { close: ['exit'] }) as AsyncIterable<[Frame]>;
  for await (const [frame] of messages) {
    yield frame;
    await setImmediate();
  }
}
