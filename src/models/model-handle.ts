import type { Admitted } from '../batching/admission.js';
import type { BatchedAnswer } from '../batching/batching.js';
import type { NamedTensors } from '../engine/engine.js';
import type { Call } from '../turns/call.js';
import type { AdoptedNames } from './adopted-names.js';
import { renamed } from './counterpart.js';
import type { ReadyModel, Servable } from './servable.js';

/** Told after each run, with what went in and came out. */
export type OnRun = (signature: string, inputs: NamedTensors, outputs: NamedTensors) => void;

/**
 * A version in somebody's hand: it can be used, whatever happens to it meanwhile, until it is released. Who acquires one releases
 * it, whatever happens.
 */
export class ModelHandle {
  readonly name: string;
  readonly version: number;
  readonly ready: ReadyModel;
  private released = false;

  /**
   * @param servable in the state AVAILABLE
   * @param names by which its user asks, where they are not its own
   */
  constructor(
    private readonly servable: Servable,
    private readonly onRun?: OnRun | undefined,
    private readonly names?: AdoptedNames | undefined,
  ) {
    this.name = servable.name;
    this.version = servable.version;
    this.ready = names?.ready ?? servable.ready!;
    servable.hold(performance.now());
  }

  /**
   * Asks for room for pictures, or rows of numbers, before any work is done for them. Who is let in leaves, whatever happens, and goes on
   * with the call that it was given.
   * @param bytes of what was sent for them
   * @throws ServingError REQUEST_TOO_LARGE, QUEUE_FULL, DEADLINE_UNREACHABLE; or the signal's reason
   */
  admit(rows: number, bytes: number, call: Call): Admitted {
    return this.ready.admission.enter(rows, bytes, call);
  }

  /**
   * Whether a request whose rows come in one by one has room at all.
   * @throws ServingError REQUEST_TOO_LARGE
   */
  checkSize(rows: number, bytes: number): void {
    this.ready.admission.checkSize(rows, bytes);
  }

  /**
   * Runs a signature, alone or together with others' requests.
   * @throws ServingError DEADLINE_UNREACHABLE, INPUT_REFUSED, ENGINE_FAILED, UPSTREAM_…; or the signal's reason
   */
  async run(signature: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer> {
    const answer = await this.runByOwnNames(signature, inputs, call);
    this.onRun?.(signature, inputs, answer.outputs);
    return answer;
  }

  private async runByOwnNames(signature: string, inputs: NamedTensors, call: Call): Promise<BatchedAnswer> {
    const { batching } = this.ready;
    const { engineName } = this.servable;
    const own = this.names?.signatures.get(signature);
    if (!own) return batching.run(engineName, signature, inputs, call);
    const answer = await batching.run(engineName, own.signature, renamed(inputs, own.inputs), call);
    const back = new Map(Array.from(own.outputs, ([mine, other]) => [other, mine]));
    return { ...answer, outputs: renamed(answer.outputs, back) };
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.servable.release(performance.now());
  }
}
