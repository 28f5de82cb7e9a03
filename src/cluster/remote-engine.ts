import type { EngineInfo, LoadedModel, LoadOptions, NamedTensors } from '../engine/engine.js';
import { decodeTensors, encodeTensors } from '../engine/host/tensor-codec.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import type { Link } from './link.js';
import type { PrimaryCalls, WorkerCalls } from './protocol.js';

/** The engine that the primary has, as a worker uses it. The worker's models are told from others' by the link. */
export class RemoteEngine implements ServingEngine {
  onLost: (model: string, reason: string) => void = () => {};

  /** The primary's, once it is connected. */
  runsAtOnce = 1;

  constructor(private readonly link: Link<PrimaryCalls, WorkerCalls>) {}

  /** Asks what is known of the engine without waiting for it. */
  async connect(): Promise<void> {
    this.runsAtOnce = (await this.link.call('runsAtOnce', {})).body;
  }

  async isServing(): Promise<boolean> {
    return (await this.link.call('isServing', {})).body;
  }

  async info(): Promise<EngineInfo> {
    return (await this.link.call('info', {})).body;
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    return (await this.link.call('load', { model, directory, options })).body;
  }

  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.runBy('run', model, signature, inputs);
  }

  warmUp(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.runBy('warmUp', model, signature, inputs);
  }

  async admit(model: string): Promise<LoadedModel | null> {
    return (await this.link.call('admit', { model })).body;
  }

  async unload(model: string): Promise<void> {
    await this.link.call('unload', { model });
  }

  /** Nothing to do: the engine is the primary's, and what this worker holds there it gives up by ending. */
  async close(): Promise<void> {}

  private async runBy(
    call: 'run' | 'warmUp',
    model: string,
    signature: string,
    inputs: NamedTensors,
  ): Promise<NamedTensors> {
    const { headers: tensors, payload: data } = encodeTensors(inputs);
    const { body, payload } = await this.link.call(call, { model, signature, tensors }, data);
    return decodeTensors(body.tensors, payload);
  }
}
