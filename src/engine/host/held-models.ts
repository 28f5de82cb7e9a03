import { EngineError, type LoadedModel, type NamedTensors } from '../engine.js';
import type { HostCalls, LoadCall } from './host-calls.js';
import type { HostProcess } from './host-process.js';

interface HeldModel {
  readonly call: LoadCall;
  /** What its files measure. */
  readonly bytes: number;
  /** How long it took to load, in ms. */
  readonly loadMs: number;
  readonly hasState: boolean;
  /** What it was run with before anybody waited for it. */
  readonly warmUps: WarmUp[];
}

interface WarmUp {
  readonly signature: string;
  readonly inputs: NamedTensors;
}

/** More of one model are not kept: a client waits while a host that crashed is replaced, and their inputs take memory. */
const MAX_WARM_UPS = 16;

/** The loaded models, how they were loaded and warmed up: what the next host shall hold. */
export class HeldModels {
  private readonly models = new Map<string, HeldModel>();

  constructor(
    private readonly calls: HostCalls,
    private readonly onOutput: (line: string) => void,
  ) {}

  /** What the files of all of them measure. */
  get bytes(): number {
    return [...this.models.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** How long they took to load one after the other, in ms. */
  get loadMs(): number {
    return [...this.models.values()].reduce((sum, { loadMs }) => sum + loadMs, 0);
  }

  /** Whether one of them has a state, which no other host can be given. */
  get hasState(): boolean {
    return [...this.models.values()].some(({ hasState }) => hasState);
  }

  add(call: LoadCall, bytes: number, loadMs: number, { stateful }: Pick<LoadedModel, 'stateful'>): void {
    this.models.set(call.model, { call, bytes, loadMs, hasState: stateful.length > 0, warmUps: [] });
  }

  addWarmUp(model: string, signature: string, inputs: NamedTensors): void {
    const warmUps = this.models.get(model)?.warmUps;
    if (warmUps && warmUps.length < MAX_WARM_UPS) warmUps.push({ signature, inputs });
  }

  delete(model: string): void {
    this.models.delete(model);
  }

  /**
   * Loads them all into a host that has none and warms them up. Those that are deleted meanwhile may be among them or not.
   * @param onRefused told of each that the host cannot load; it may throw, which ends it
   * @throws EngineError `crashed` if the host ended
   */
  async loadInto(host: HostProcess, onRefused: (model: string, error: EngineError) => void): Promise<void> {
    for (const [name, model] of this.models) {
      try {
        await this.calls.load(host, model.call);
      } catch (error) {
        if (!(error instanceof EngineError) || error.kind === 'crashed') throw error;
        onRefused(name, error);
        continue;
      }
      await this.warmUp(host, name, model);
    }
  }

  private async warmUp(host: HostProcess, name: string, { warmUps }: HeldModel): Promise<void> {
    for (const { signature, inputs } of warmUps) {
      try {
        await this.calls.warmUp(host, name, signature, inputs);
      } catch (error) {
        if (!(error instanceof EngineError) || error.kind === 'crashed') throw error;
        this.onOutput(`A warm-up of ${name} failed in the next engine process: ${error.message}`);
      }
    }
  }
}
