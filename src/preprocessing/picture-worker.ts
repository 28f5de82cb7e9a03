import { ServingError } from '../errors/serving-error.js';
import type { PictureAnswer, PictureTask } from './picture-task.js';

/** What goes on where pictures are worked on, as it is told here. */
export interface FarEvents {
  answered(answer: PictureAnswer): void;
  /** Nothing is answered any more. */
  ended(reason: Error): void;
}

/** Where pictures are worked on, one at a time: a thread or a process. */
export interface FarEnd {
  post(task: PictureTask): void;
  /** Whether this process lives on for its answer. */
  keepAlive(yes: boolean): void;
  /** Ends it, whatever it is doing. */
  end(): Promise<void>;
}

/** What it has to do now. */
interface Assignment {
  resolve(answer: PictureAnswer): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** One life of a thread or process that works on pictures, one at a time. It ends with a picture that takes too long, or that it fails of. */
export class PictureWorker {
  hasEnded = false;
  private readonly far: FarEnd;
  private assignment: Assignment | undefined;

  constructor(start: (events: FarEvents) => FarEnd) {
    this.far = start({
      answered: (answer) => this.settle()?.resolve(answer),
      ended: (reason) => this.fail(reason),
    });
    this.far.keepAlive(false);
  }

  /** @throws ServingError IMAGE_TOO_LARGE after `timeoutMs` */
  do(task: PictureTask, timeoutMs: number): Promise<PictureAnswer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(timeoutMs), timeoutMs);
      this.assignment = { resolve, reject, timer };
      this.far.keepAlive(true); // Nobody else keeps the process alive until it answers.
      try {
        this.far.post(task);
      } catch (error) {
        this.settle(); // Nothing was sent: it is free for the next.
        throw error;
      }
    });
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    await this.far.end();
  }

  private giveUp(timeoutMs: number): void {
    this.fail(
      new ServingError(
        'IMAGE_TOO_LARGE',
        `The picture takes longer than ${timeoutMs / 1000} s to decode. Send it smaller, or saved another way: not progressive, not interlaced.`,
      ),
    );
    void this.far.end();
  }

  private settle(): Assignment | undefined {
    const { assignment } = this;
    this.assignment = undefined;
    clearTimeout(assignment?.timer);
    if (!this.hasEnded) this.far.keepAlive(false);
    return assignment;
  }

  private fail(error: Error): void {
    this.hasEnded = true;
    this.settle()?.reject(error);
  }
}
