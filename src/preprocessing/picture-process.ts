import { admitFormats } from '../images/sharp.js';
import { lowerPriority, NICENESS } from '../lower-priority.js';
import { doPictureTask, garbageBytesOf } from './do-picture-task.js';
import { FreedPixels } from './free-pixels.js';
import type { PictureTask } from './picture-task.js';

/**
 * A process that does what its parent asks for, one large picture at a time: see `picture-processes.ts`. Ctrl-C and SIGTERM, which reach
 * the whole process group, are the parent's to decide about.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // An exit would wait for libvips.

lowerPriority(NICENESS.largePictures);
const freed = new FreedPixels();
process.on('message', async (task: PictureTask) => {
  admitFormats(task.limits.imageFormats);
  // What cannot be answered ends the process, of which the parent is told.
  const answer = await doPictureTask(task);
  process.send!(answer);
  const garbageBytes = garbageBytesOf(answer);
  setImmediate(() => freed.add(garbageBytes));
});
