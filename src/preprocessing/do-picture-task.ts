import { ServingError } from '../errors/serving-error.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';
import { workHere } from './picture-work.js';

/** Rejects with what is no fault of the picture's. */
export async function doPictureTask(task: PictureTask): Promise<PictureAnswer> {
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

/** How much memory an answer leaves to the garbage collector, in bytes. */
export function garbageBytesOf(answer: PictureAnswer): number {
  if ('refused' in answer) return 0;
  return 'pixels' in answer ? answer.pixels.garbageBytes : answer.checked.garbageBytes;
}
