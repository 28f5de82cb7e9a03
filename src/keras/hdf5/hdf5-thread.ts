import { Worker, type WorkerOptions } from 'node:worker_threads';
import { isGivenAway } from '../../threads/is-given-away.js';
import { KerasFault } from '../keras.errors.js';
import type { Hdf5Contents, Hdf5Layout } from './contents.js';

export interface Hdf5Question {
  readonly bytes: Uint8Array;
  readonly layout: Hdf5Layout;
}

export type Hdf5Answer = { readonly contents: Hdf5Contents } | { readonly fault: string };

const TIME_LIMIT_MS = 30_000;

/** 260 MB are read in half a second: this is a fiftieth of that speed. */
const BYTES_PER_MS = 10_000;

/**
 * A thread in which libhdf5 reads files, one after the other. It may trap, grow or run forever on a file that was made to harm it. With the
 * thread ends all that, and the memory that the library has taken; whoever starts it ends it.
 */
export class Hdf5Thread {
  private readonly worker: Worker;
  private gone = false;

  constructor() {
    // The library reports to the console what it throws as well.
    this.worker = startWorker({ stdout: true, stderr: true });
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    // An error ends it.
    this.worker.on('error', () => {});
    this.worker.once('exit', () => {
      this.gone = true;
    });
  }

  /** Whether the thread has ended, as it does when the library fails. */
  get ended(): boolean {
    return this.gone;
  }

  /**
   * @param bytes of a whole file; given away, and empty afterwards
   * @throws KerasFault
   */
  async read(
    bytes: Uint8Array<ArrayBuffer>,
    layout: Hdf5Layout,
    timeLimitMs = limitFor(bytes),
  ): Promise<Hdf5Contents> {
    // A Buffer may lie in Node's pool, which cannot be given away; and its `slice` would not copy.
    if (isGivenAway(bytes.buffer))
      throw new Error('This is a bug. The bytes of this file were given away before.');
    const owned = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
    const answer = await this.ask({ bytes: owned, layout }, owned.buffer, timeLimitMs);
    if ('fault' in answer) throw new KerasFault(answer.fault);
    return answer.contents;
  }

  async end(): Promise<void> {
    this.gone = true;
    await this.worker.terminate();
  }

  private ask(question: Hdf5Question, given: ArrayBuffer, timeLimitMs: number): Promise<Hdf5Answer> {
    return new Promise((resolve, reject) => {
      const settle = (answer: Hdf5Answer): void => {
        clearTimeout(timer);
        this.worker.off('message', settle).off('exit', failed);
        resolve(answer);
      };
      const failed = (): void => settle({ fault: 'is damaged: the HDF5 library failed on it' });
      const late = (): void => {
        settle({ fault: `is damaged, or too large: its HDF5 could not be read within ${timeLimitMs} ms` });
        this.end().catch(reject);
      };
      const timer = setTimeout(late, timeLimitMs);
      this.worker.once('message', settle).once('exit', failed);
      this.worker.postMessage(question, [given]);
    });
  }
}

/** Reads one file in a thread of its own. */
export async function readHdf5InThread(
  bytes: Uint8Array<ArrayBuffer>,
  layout: Hdf5Layout,
): Promise<Hdf5Contents> {
  const thread = new Hdf5Thread();
  try {
    return await thread.read(bytes, layout);
  } finally {
    await thread.end();
  }
}

function limitFor({ length }: Uint8Array): number {
  return TIME_LIMIT_MS + Math.ceil(length / BYTES_PER_MS);
}

/** As it was built. The tests and the scripts run the source, which needs tsx; a thread does not take that over from the one that starts it. */
function startWorker(options: WorkerOptions): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('hdf5.worker.js', import.meta.url), options);
  const entry = JSON.stringify(new URL('hdf5.worker.ts', import.meta.url).href);
  const source = `import('tsx/esm/api').then(({ register }) => (register(), import(${entry})))`;
  return new Worker(source, { ...options, eval: true });
}
