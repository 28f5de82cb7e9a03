import type { EngineInfo, LoadedModel, NamedTensors } from '../engine.js';
import type { HostProcess } from './host-process.js';
import type { HostCall } from './protocol.js';
import { decodeTensors, encodeTensors } from './tensor-codec.js';

export type LoadCall = Extract<HostCall, { call: 'load' }>;

/** How long a host may take before it counts as hung, in ms. */
export interface CallTimeouts {
  readonly runTimeoutMs: number;
  readonly loadTimeoutMs: number;
}

/** The calls of the protocol, each with the answer that belongs to it. All reject with an `EngineError`. */
export class HostCalls {
  /** @param streams how many runs each host does at once */
  constructor(
    private readonly timeouts: CallTimeouts,
    private readonly streams: number,
  ) {}

  /** The first answer of a host comes when its runtime has started. */
  async info(host: HostProcess): Promise<EngineInfo> {
    const { answer } = await host.call({ call: 'info' }, this.timeouts.loadTimeoutMs);
    if (!('info' in answer)) throw unexpectedAnswer();
    return answer.info;
  }

  async load(host: HostProcess, call: LoadCall): Promise<LoadedModel> {
    const { answer } = await host.call(call, this.timeouts.loadTimeoutMs);
    if (!('loaded' in answer)) throw unexpectedAnswer();
    return answer.loaded;
  }

  async run(
    host: HostProcess,
    model: string,
    signature: string,
    inputs: NamedTensors,
  ): Promise<NamedTensors> {
    const { headers, payload } = encodeTensors(inputs);
    const call = { call: 'run', model, signature, tensors: headers } as const;
    const reply = await host.call(call, this.timeouts.runTimeoutMs, payload);
    if (!('tensors' in reply.answer)) throw unexpectedAnswer();
    return decodeTensors(reply.answer.tensors, reply.payload);
  }

  /** A run in each of the host's streams: so many at once find each another one. */
  async warmUp(
    host: HostProcess,
    model: string,
    signature: string,
    inputs: NamedTensors,
  ): Promise<NamedTensors> {
    const run = (): Promise<NamedTensors> => this.run(host, model, signature, inputs);
    const [outputs] = await Promise.all(Array.from({ length: this.streams }, run));
    return outputs!;
  }

  async unload(host: HostProcess, model: string): Promise<void> {
    const { answer } = await host.call({ call: 'unload', model }, this.timeouts.runTimeoutMs);
    if (!('unloaded' in answer)) throw unexpectedAnswer();
  }

  /** What the host's process takes of the machine's memory, in bytes. Its garbage is collected first. */
  async memory(host: HostProcess): Promise<number> {
    const { answer } = await host.call({ call: 'memory' }, this.timeouts.loadTimeoutMs);
    if (!('residentBytes' in answer)) throw unexpectedAnswer();
    return answer.residentBytes;
  }
}

function unexpectedAnswer(): Error {
  return new Error('This is a bug. The engine host answered another call than it was asked.');
}
