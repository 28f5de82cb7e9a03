import { type MessagePort, parentPort } from 'node:worker_threads';
import { ServingError } from '../errors/serving-error.js';
import { lowerPriority, NICENESS } from '../lower-priority.js';
import { FreedPixels } from './free-pixels.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';
import { workHere } from './picture-work.js';

/** A thread that does what its parent asks for, one picture at a time: see `picture-threads.ts`. */
lowerPriority(NICENESS.pictures);
const port = parentPort as MessagePort;
const freed = new FreedPixels();
port.on('message', async (task: PictureTask) => {
  // What cannot be answered ends the thread, of which the parent is told.
  const garbageBytes = give(await answer(task));
  // Once nothing here holds the pixels any more.
  setImmediate(() => freed.add(garbageBytes));
});

async function answer(task: PictureTask): Promise<PictureAnswer> {
  try {
    return task.work === 'toPixels'
      ? { pixels: await workHere.toPixels(task.picture, task.plan, task.limits) }
      : { checked: await workHere.toEncoded(task.picture, task.asPng, task.limits) };
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    const { code, message, cause } = error;
    return { refused: { code, message, cause } };
  }
}

/** @returns how much memory is left to the garbage collector, in bytes */
function give(result: PictureAnswer): number {
  const bytes = 'pixels' in result ? result.pixels.data : 'checked' in result ? result.checked.png : null;
  try {
    port.postMessage(result, bytes ? [bytes.buffer as ArrayBuffer] : []);
  } catch {
    port.postMessage(result); // What libvips allocated cannot be given away: it is copied.
  }
  if ('refused' in result) return 0;
  return 'pixels' in result ? result.pixels.garbageBytes : result.checked.garbageBytes;
}
