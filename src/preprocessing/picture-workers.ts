import { ServingError } from '../errors/serving-error.js';
import { type PictureLimits, timeoutMsOf } from './picture.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';
import type { CheckedPicture, PictureWork, PreparedPixels } from './picture-work.js';
import type { PictureWorker } from './picture-worker.js';
import type { PreprocessingPlan } from './plan.js';

export interface WorkersOptions {
  readonly start: () => PictureWorker;
  /** How many to start now; others are started when they are needed. */
  readonly ready?: number;
  /** How long one that has nothing to do is kept, in ms; for good by default. */
  readonly keptMs?: number;
}

/**
 * Has pictures worked on elsewhere, so that the caller's thread goes on. As many workers as pictures were worked on at once: how many may be
 * is for the caller to bound. One that fails, or takes too long, rejects its picture alone; the next picture has another.
 */
export class PictureWorkers implements PictureWork {
  private readonly idle: PictureWorker[] = [];
  private readonly idleSince = new WeakMap<PictureWorker, number>();

  constructor(private readonly options: WorkersOptions) {
    for (let count = options.ready ?? 0; count > 0; count -= 1) this.idle.push(options.start());
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

  /** Ends those that have nothing to do. */
  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((worker) => worker.end()));
  }

  private async give(task: PictureTask): Promise<PictureAnswer> {
    const worker = this.takeIdle();
    const answer = await worker.do(task, timeoutMsOf(task.limits));
    this.keep(worker);
    return answer;
  }

  /** The one that was busy last: what it needs is in the processor's cache. */
  private takeIdle(): PictureWorker {
    for (;;) {
      const worker = this.idle.pop() ?? this.options.start();
      if (!worker.hasEnded) return worker;
    }
  }

  private keep(worker: PictureWorker): void {
    this.idle.push(worker);
    const { keptMs } = this.options;
    if (keptMs === undefined) return;
    const since = performance.now();
    this.idleSince.set(worker, since);
    setTimeout(() => this.endIfIdle(worker, since), keptMs).unref();
  }

  private endIfIdle(worker: PictureWorker, since: number): void {
    const at = this.idle.indexOf(worker);
    if (at < 0 || this.idleSince.get(worker) !== since) return;
    this.idle.splice(at, 1);
    void worker.end();
  }
}

/** The settings have more than is needed there. */
function onlyLimits(limits: PictureLimits): PictureLimits {
  const { imageFormats, maxImageBytes, maxImagePixels, maxImageSide, maxDecodeBytes } = limits;
  const requestTimeoutMs = timeoutMsOf(limits);
  return { imageFormats, maxImageBytes, maxImagePixels, maxImageSide, maxDecodeBytes, requestTimeoutMs };
}

function errorOf(answer: PictureAnswer): Error {
  if (!('refused' in answer))
    return new Error('This is a bug. A worker for pictures did other work than it was given.');
  const { code, message, cause } = answer.refused;
  return new ServingError(code, message, { cause });
}
