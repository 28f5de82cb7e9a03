import { Worker } from 'node:worker_threads';
import { ServingError } from '../errors/serving-error.js';
import { type PictureLimits, timeoutMsOf } from './picture.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';
import type { CheckedPicture, PictureWork, PreparedPixels } from './picture-work.js';
import type { PreprocessingPlan } from './plan.js';

const THREAD = new URL('picture-thread.js', import.meta.url);

/** What a thread has to do now. */
interface Assignment {
  resolve(answer: PictureAnswer): void;
  reject(error: Error): void;
}

/**
 * Does the work on pictures in threads of its own, so that the caller's goes on. As many threads as pictures were worked on at once:
 * how many may be is for the caller to bound. A thread that fails rejects its picture alone; the next picture has another.
 */
export class PictureThreads implements PictureWork {
  private readonly idle: PictureThread[] = [];

  /** @param ready how many threads to start now; others are started when they are needed */
  constructor(ready = 0) {
    for (let count = 0; count < ready; count += 1) this.idle.push(new PictureThread());
  }

  async toPixels(
    picture: Uint8Array,
    plan: PreprocessingPlan,
    limits: PictureLimits,
  ): Promise<PreparedPixels> {
    const answer = await this.give({ work: 'toPixels', picture, plan, limits: onlyLimits(limits) });
    if ('pixels' in answer) return answer.pixels;
    throw errorOf(answer);
  }

  async toEncoded(picture: Uint8Array, asPng: boolean, limits: PictureLimits): Promise<CheckedPicture> {
    const answer = await this.give({ work: 'toEncoded', picture, asPng, limits: onlyLimits(limits) });
    if ('checked' in answer) return answer.checked;
    throw errorOf(answer);
  }

  /** Ends the threads that have nothing to do. */
  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((thread) => thread.end()));
  }

  private async give(task: PictureTask): Promise<PictureAnswer> {
    const thread = this.takeIdle();
    const answer = await thread.do(task);
    this.idle.push(thread);
    return answer;
  }

  /** The one that was busy last: what it needs is in the processor's cache. */
  private takeIdle(): PictureThread {
    for (;;) {
      const thread = this.idle.pop() ?? new PictureThread();
      if (!thread.hasEnded) return thread;
    }
  }
}

class PictureThread {
  hasEnded = false;
  private readonly worker = new Worker(THREAD);
  private assignment: Assignment | undefined;

  constructor() {
    this.worker.unref();
    this.worker.on('message', (answer: PictureAnswer) => this.settle()?.resolve(answer));
    this.worker.on('messageerror', (error) => this.fail(error));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', (code) =>
      this.fail(new Error(`A thread for pictures ended (exit code ${code}).`)),
    );
  }

  do(task: PictureTask): Promise<PictureAnswer> {
    return new Promise((resolve, reject) => {
      this.assignment = { resolve, reject };
      this.worker.ref(); // Nobody else keeps the process alive until it answers.
      // A copy of its own: the caller may look into a larger buffer, all of which would be copied, and needs it afterwards.
      const picture = new Uint8Array(task.picture);
      this.worker.postMessage({ ...task, picture }, [picture.buffer]);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(): Assignment | undefined {
    const { assignment } = this;
    this.assignment = undefined;
    this.worker.unref();
    return assignment;
  }

  private fail(error: Error): void {
    this.hasEnded = true;
    this.settle()?.reject(error);
  }
}

/** The settings have more than is needed there. */
function onlyLimits(limits: PictureLimits): PictureLimits {
  const { maxImageBytes, maxImagePixels, maxImageSide, maxDecodeBytes } = limits;
  const requestTimeoutMs = timeoutMsOf(limits);
  return { maxImageBytes, maxImagePixels, maxImageSide, maxDecodeBytes, requestTimeoutMs };
}

function errorOf(answer: PictureAnswer): Error {
  if (!('refused' in answer))
    return new Error('This is a bug. A thread for pictures did other work than it was given.');
  const { code, message, cause } = answer.refused;
  return new ServingError(code, message, { cause });
}
