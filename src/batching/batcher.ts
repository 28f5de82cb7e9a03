import { EngineError, type NamedTensors, type Signature } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import { nextBatch, type Waiting } from './next-batch.js';
import { haveSameRows, isBatchable, joinRows, kindOf, rowsOf, splitRows } from './rows.js';

export interface BatcherOptions {
  /** Most rows in one run; 1 where the signature has no batch dimension. */
  readonly maxBatchSize: number;
  /** Most rows that wait; a request beyond is refused. */
  readonly maxQueue: number;
  /** Most runs at once; 1 by default: an engine in this machine takes them one after the other anyway. */
  readonly concurrency?: number;
  /** Told after each run. */
  readonly onBatch?: (batch: { readonly rows: number }) => void;
}

export interface BatchedAnswer {
  readonly outputs: NamedTensors;
  /** From the request's arrival until its batch was sent, in ms. */
  readonly queueMs: number;
  /** From the batch's sending until its answer, in ms. */
  readonly inferenceMs: number;
}

interface Entry extends Waiting {
  readonly inputs: NamedTensors;
  readonly signal: AbortSignal;
  readonly arrived: number;
  resolve(answer: BatchedAnswer): void;
  reject(error: unknown): void;
}

/**
 * Turns requests for one signature of one model into runs of the engine. As many batches run at a time as `concurrency` says; all
 * that arrives meanwhile forms the next. Nothing waits while a run may begin.
 */
export class Batcher {
  private queue: Entry[] = [];
  private queuedRows = 0;
  private running = 0;
  private loners = 0;
  private readonly batchable: boolean;
  private readonly concurrency: number;

  constructor(
    private readonly engineRun: (inputs: NamedTensors) => Promise<NamedTensors>,
    signature: Signature,
    private readonly options: BatcherOptions,
  ) {
    this.batchable = isBatchable(signature);
    this.concurrency = options.concurrency ?? 1;
  }

  /** Rows that wait, the running batches not counted. */
  get depth(): number {
    return this.queuedRows;
  }

  /**
   * Runs one request, alone or with others. A caller whose signal aborts while it waits is dropped; its run, once
   * begun, is not taken back, only its answer.
   * @throws ServingError QUEUE_FULL, INPUT_REFUSED, ENGINE_FAILED; or the signal's reason
   */
  run(inputs: NamedTensors, signal: AbortSignal): Promise<BatchedAnswer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const rows = this.batchable ? rowsOf(inputs) : 1;
      if (this.queuedRows > 0 && this.queuedRows + rows > this.options.maxQueue) {
        reject(
          new ServingError('QUEUE_FULL', 'Too many requests are waiting for this model. Try again.', {
            retryAfter: 1,
          }),
        );
        return;
      }
      const leave = (): void => {
        this.drop(entry);
        reject(signal.reason);
      };
      const entry: Entry = {
        // A kind of its own is joined with no other.
        kind: this.batchable && haveSameRows(inputs) ? kindOf(inputs) : `alone ${this.loners++}`,
        rows,
        inputs,
        signal,
        arrived: performance.now(),
        resolve: (answer) => {
          signal.removeEventListener('abort', leave);
          resolve(answer);
        },
        reject: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.queue.push(entry);
      this.queuedRows += rows;
      if (this.running < this.concurrency) void this.work();
    });
  }

  private drop(entry: Entry): void {
    const index = this.queue.indexOf(entry);
    if (index < 0) return;
    this.queue.splice(index, 1);
    this.queuedRows -= entry.rows;
  }

  private async work(): Promise<void> {
    this.running++;
    // Requests that arrive in the same turn of the event loop, such as one caller's pictures, start together.
    await Promise.resolve();
    while (this.queue.length > 0) await this.runBatch(this.take());
    this.running--;
  }

  private take(): Entry[] {
    const chosen = new Set(nextBatch(this.queue, this.options.maxBatchSize));
    const batch = this.queue.filter((_, index) => chosen.has(index));
    this.queue = this.queue.filter((_, index) => !chosen.has(index));
    for (const { rows } of batch) this.queuedRows -= rows;
    return batch;
  }

  private async runBatch(batch: readonly Entry[]): Promise<void> {
    const started = performance.now();
    try {
      const joined = await this.engineRun(joinRows(batch.map(({ inputs }) => inputs)));
      const inferenceMs = performance.now() - started;
      const counts = batch.map(({ rows }) => rows);
      const shares = batch.length > 1 ? splitRows(joined, counts) : [joined];
      this.options.onBatch?.({ rows: counts.reduce((sum, count) => sum + count, 0) });
      for (const [index, entry] of batch.entries()) {
        entry.resolve({ outputs: shares[index]!, queueMs: started - entry.arrived, inferenceMs });
      }
    } catch (error) {
      // One input that the model refuses must not spoil its neighbours' answers, nor must an answer that cannot be
      // shared out: each runs alone.
      if (batch.length > 1 && (isRefusal(error) || error instanceof RangeError)) {
        for (const entry of batch) if (!entry.signal.aborted) await this.runBatch([entry]);
        return;
      }
      for (const entry of batch) entry.reject(asServingError(error));
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof EngineError && (error.kind === 'run' || error.kind === 'input');
}

function asServingError(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { kind, message } = error;
  switch (kind) {
    case 'crashed': {
      const sentence = 'The engine failed while it worked on this request and is being replaced. Try again.';
      return new ServingError('ENGINE_FAILED', sentence, { retryAfter: 2, cause: error });
    }
    case 'input':
      return new ServingError('INPUT_REFUSED', message, { cause: error });
    case 'upstream-failed':
      return new ServingError('UPSTREAM_FAILED', message, { cause: error });
    case 'upstream-unavailable':
      return new ServingError('UPSTREAM_UNAVAILABLE', message, { retryAfter: 2, cause: error });
    case 'upstream-timeout':
      return new ServingError('UPSTREAM_TIMEOUT', message, { cause: error });
    case 'load':
    case 'run': {
      const sentence =
        "The model failed on this input. The server's log has the reason under this request's id.";
      return new ServingError('INPUT_REFUSED', sentence, { cause: error });
    }
  }
}
