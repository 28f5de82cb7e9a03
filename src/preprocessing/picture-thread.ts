import { type MessagePort, parentPort } from 'node:worker_threads';
import { lowerPriority, NICENESS } from '../lower-priority.js';
import { doPictureTask, garbageBytesOf } from './do-picture-task.js';
import { FreedPixels } from './free-pixels.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';

/** A thread that does what its parent asks for, one picture at a time: see `picture-threads.ts`. */
lowerPriority(NICENESS.pictures);
const port = parentPort as MessagePort;
const freed = new FreedPixels();
port.on('message', async (task: PictureTask) => {
  // What cannot be answered ends the thread, of which the parent is told.
  const garbageBytes = give(await doPictureTask(task));
  // Once nothing here holds the pixels any more.
  setImmediate(() => freed.add(garbageBytes));
});

/** @returns how much memory is left to the garbage collector, in bytes */
function give(answer: PictureAnswer): number {
  const bytes = 'pixels' in answer ? answer.pixels.data : 'checked' in answer ? answer.checked.png : null;
  try {
    port.postMessage(answer, bytes ? [bytes.buffer as ArrayBuffer] : []);
  } catch {
    port.postMessage(answer); // What libvips allocated cannot be given away: it is copied.
  }
  return garbageBytesOf(answer);
}
