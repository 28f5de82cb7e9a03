import type { BatchedAnswer, BatchedModel, Batching } from '../batching/batching.js';
import type { CrashReport } from '../batching/poisons.js';
import { rowsOf } from '../engine/joined-rows.js';
import type { NamedTensors } from '../engine/engine.js';
import { decodeTensors, encodeTensors } from '../engine/host/tensor-codec.js';
import type { Call } from '../turns/call.js';
import { LastEstimates } from './last-estimates.js';
import type { Link } from './link.js';
import type { PrimaryCalls, WorkerCalls } from './protocol.js';
import { fromWireError } from './wire-error.js';

/** The batching of the primary, where the requests of all workers meet, as a worker uses it. */
export class RemoteBatching implements Batching {
  private readonly estimates = new LastEstimates();

  constructor(private readonly link: Link<PrimaryCalls, WorkerCalls>) {}

  open(engineName: string, batched: BatchedModel): void {
    this.tell(this.link.call('open', { model: engineName, batched }));
  }

  async run(
    engineName: string,
    signature: string,
    inputs: NamedTensors,
    { signal, deadline, caller, priority }: Call,
  ): Promise<BatchedAnswer> {
    const { headers: tensors, payload: data } = encodeTensors(inputs);
    const remainingMs = Number.isFinite(deadline) ? deadline - performance.now() : null;
    const ask = { model: engineName, signature, tensors, remainingMs, caller, priority };
    const { body, payload } = await this.link.call('batch', ask, data, signal);
    const estimate = { rows: rowsOf(inputs), ms: body.expectedMs };
    this.estimates.told(keyOf(engineName, signature, { caller, priority }), estimate, performance.now());
    if ('failure' in body) throw fromWireError(body.failure);
    const { queueMs, inferenceMs } = body;
    return { outputs: decodeTensors(body.tensors, payload), queueMs, inferenceMs };
  }

  /** No more than what the primary last said to this caller, and what it knows now: it is asked again by `run`. */
  expectedMs(
    engineName: string,
    signature: string,
    rows: number,
    call?: Pick<Call, 'caller' | 'priority'>,
  ): number {
    if (!call) return 0;
    return this.estimates.leastMs(keyOf(engineName, signature, call), rows, performance.now());
  }

  async crashes(engineName: string): Promise<CrashReport | null> {
    return (await this.link.call('crashes', { model: engineName })).body;
  }

  close(engineName: string): void {
    this.tell(this.link.call('close', { model: engineName }));
  }

  /** What the contract does not wait for. It is taken up before anything that is asked later. */
  private tell(asked: Promise<unknown>): void {
    asked.catch(() => {}); // The link has ended, and this worker ends with it.
  }
}

/** Under which an estimate is remembered. */
function keyOf(
  engineName: string,
  signature: string,
  { caller, priority }: Pick<Call, 'caller' | 'priority'>,
): string {
  return [engineName, signature, caller, priority].join('\n');
}
