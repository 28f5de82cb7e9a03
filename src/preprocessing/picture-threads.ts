import { Worker } from 'node:worker_threads';
import type { PictureAnswer } from './picture-task.js';
import { type FarEnd, type FarEvents, PictureWorker } from './picture-worker.js';
import { PictureWorkers } from './picture-workers.js';

const THREAD = new URL('picture-thread.js', import.meta.url);

/** Does the work on pictures in threads of its own. */
export class PictureThreads extends PictureWorkers {
  /** @param ready how many threads to start now; others are started when they are needed */
  constructor(ready = 0) {
    super({ start: () => new PictureWorker(startThread), ready });
  }
}

function startThread({ answered, ended }: FarEvents): FarEnd {
  const worker = new Worker(THREAD);
  worker.on('message', (answer: PictureAnswer) => answered(answer));
  worker.on('messageerror', ended);
  worker.on('error', ended);
  worker.on('exit', (code) => ended(new Error(`A thread for pictures ended (exit code ${code}).`)));
  return {
    post: (task) => {
      // A copy of its own: the caller may look into a larger buffer, all of which would be copied, and needs it afterwards.
      const picture = new Uint8Array(task.picture);
      worker.postMessage({ ...task, picture }, [picture.buffer]);
    },
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    end: async () => {
      await worker.terminate();
    },
  };
}
