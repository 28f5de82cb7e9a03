import { Worker } from 'node:worker_threads';
import { ServingError } from '../../../errors/serving-error.js';
import { type JsonLimits, JsonTooLargeError } from '../../../json/json-limits.js';
import type { JsonValue } from '../../../json/json-value.js';
import { JsonError } from '../../../json/parse-error.js';
import { fromTape } from '../../../json/tape.js';
import type { Call } from '../../../turns/call.js';
import { FairLine } from '../../../turns/fair-line.js';
import { Permits } from '../../../turns/permits.js';
import { orAborted } from '../or-aborted.js';
import type { JsonAnswer, JsonTask } from './json-task.js';

const THREAD = new URL('json-thread.js', import.meta.url);
/** Larger documents have a thread of their own, so that others wait for tens of milliseconds at most. */
const MEDIUM_BYTES = 4 * 2 ** 20;
/** When a thread that has nothing to do is ended: what it took of memory goes with it. */
const IDLE_MS = 10_000;
/** No document takes as long: its bytes, its numbers and its values are bounded. */
const MOST_MS = 20_000;
/** Of its heap, in MB; numbers and documents lie outside of it. */
const HEAP_MB = 256;

interface Document {
  readonly value: JsonValue;
  /** How many numbers there is memory for. */
  readonly numbers: number;
}

/** Reads large JSON in threads, so that whoever else asks is answered meanwhile. Callers take turns. */
export class JsonThreads {
  private readonly medium = new Lane();
  private readonly large = new Lane();

  /**
   * @param body is given away: it is not to be used again
   * @throws JsonError, JsonTooLargeError; or the signal's reason
   */
  read(body: Uint8Array<ArrayBuffer>, limits: JsonLimits, call: Call): Promise<Document> {
    const lane = body.length <= MEDIUM_BYTES ? this.medium : this.large;
    return lane.read(body, limits, call);
  }

  async close(): Promise<void> {
    await Promise.all([this.medium.end(), this.large.end()]);
  }
}

/** One thread and those who wait for it. */
class Lane {
  private readonly permits = new Permits(1, new FairLine());
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;

  read(body: Uint8Array<ArrayBuffer>, limits: JsonLimits, call: Call): Promise<Document> {
    const turn = this.permits.run(() => this.ask({ body, limits }), call.signal, call, body.length);
    return orAborted(
      turn.then((answer) => documentOf(answer)),
      call.signal,
    );
  }

  async end(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private async ask(task: JsonTask): Promise<JsonAnswer> {
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    worker.ref();
    const timer = setTimeout(() => void worker.terminate(), MOST_MS);
    try {
      return await answerOf(worker, task);
    } catch (error) {
      this.worker = undefined; // The next document has another.
      throw error;
    } finally {
      clearTimeout(timer);
      worker.unref();
      this.idle = setTimeout(() => void this.end(), IDLE_MS).unref();
    }
  }

  private start(): Worker {
    const worker = new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.on('error', () => {}); // Told to whoever waits.
    return worker;
  }
}

function answerOf(worker: Worker, task: JsonTask): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', answer).off('error', fail).off('exit', end);
    };
    const answer = (message: JsonAnswer): void => {
      settle();
      resolve(message);
    };
    const fail = (cause: Error): void => {
      settle();
      reject(unreadable(cause));
    };
    const end = (): void => fail(new Error('The thread that read JSON was ended.'));
    worker.on('message', answer).on('error', fail).on('exit', end);
    worker.postMessage(task, [task.body.buffer]);
  });
}

function documentOf(answer: JsonAnswer): Document {
  if ('fault' in answer) throw new JsonError(answer.fault);
  if ('tooLarge' in answer) throw new JsonTooLargeError(answer.tooLarge.what, answer.tooLarge.most);
  const value = fromTape(answer.tape, answer.body ?? new Uint8Array());
  return { value, numbers: answer.tape.numbers.values.length };
}

function unreadable(cause: Error): ServingError {
  return new ServingError('BODY_TOO_LARGE', 'The JSON takes more memory or time to read than it may.', {
    cause,
  });
}
