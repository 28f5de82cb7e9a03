import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Engine,
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { HostProcess } from './host-process.js';
import type { HostCall } from './protocol.js';
import { restartDelayMs } from './restart-delay.js';
import { decodeTensors, encodeTensors } from './tensor-codec.js';

export interface SupervisedEngineOptions {
  /** Name of the runtime that the host shall hold. */
  readonly runtime: string;
  /** How long one run may take, in ms, before the host counts as hung. */
  readonly runTimeoutMs: number;
  readonly loadTimeoutMs: number;
  /** What the host's process prints, line by line. */
  readonly onOutput: (line: string) => void;
  /** A host ended that nobody asked to end; another is on its way. */
  readonly onCrash: (reason: string) => void;
  /** A new host holds the models again. */
  readonly onRestart: (pid: number | undefined) => void;
}

type LoadCall = Extract<HostCall, { call: 'load' }>;

/** How long a call waits for a host that is being replaced before it gives up, in ms. */
const PATIENCE_MS = 10_000;

/**
 * The engine as the line sees it: calls go to an engine host. When that process ends, another takes its place, with the
 * same models, and each run that was in flight is tried once more there.
 */
export class SupervisedEngine implements Engine {
  /** Told of each model that a new host could not load again, with the reason. */
  onLost: (model: string, reason: string) => void = () => {};
  /** The host in service, with the models loaded; `undefined` while one is being replaced. */
  private inService: HostProcess | undefined;
  /** The host that was last started, once it is in service. */
  private host: Promise<HostProcess>;
  /** The loaded models and how they were loaded: what a new host must load. */
  private readonly models = new Map<string, LoadCall>();
  private readonly crashes: number[] = [];
  /** What the next host shall hold, and why it is not what was asked for. */
  private runtime: string;
  private note: string | undefined;
  /** Whether a host has answered what it holds. */
  private known = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: SupervisedEngineOptions) {
    this.runtime = options.runtime;
    this.inService = this.start();
    this.host = Promise.resolve(this.inService);
  }

  /** Rejects, with the runtime's own sentence, if the runtime cannot be used on this machine. */
  async info(): Promise<EngineInfo> {
    const answer = await this.again(async () => {
      const host = await this.current();
      return (await host.call({ call: 'info' }, this.options.loadTimeoutMs)).answer;
    });
    if (!('info' in answer)) throw unexpectedAnswer();
    this.known = true;
    return answer.info;
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    const host = await this.current();
    const call: LoadCall = { call: 'load', model, directory, options };
    const loaded = await this.loadInto(host, call);
    this.models.set(model, call);
    return loaded;
  }

  /** A run that fails because its host died is tried once more, in the next one. */
  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.again(() => this.runOnce(model, signature, inputs));
  }

  async unload(model: string): Promise<void> {
    this.models.delete(model);
    const host = await this.current();
    await host.call({ call: 'unload', model }, this.options.runTimeoutMs);
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    const host = await this.host.catch(() => undefined);
    await host?.close(2_000);
  }

  private async again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== 'crashed' || this.closing.signal.aborted)
        throw error;
      return work();
    }
  }

  private async runOnce(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const host = await this.current();
    const { headers, payload } = encodeTensors(inputs);
    const call = { call: 'run', model, signature, tensors: headers } as const;
    const reply = await host.call(call, this.options.runTimeoutMs, payload);
    if (!('tensors' in reply.answer)) throw unexpectedAnswer();
    return decodeTensors(reply.answer.tensors, reply.payload);
  }

  private async loadInto(host: HostProcess, call: LoadCall): Promise<LoadedModel> {
    const { answer } = await host.call(call, this.options.loadTimeoutMs);
    if (!('loaded' in answer)) throw unexpectedAnswer();
    return answer.loaded;
  }

  private start(): HostProcess {
    return new HostProcess(this.runtime, this.note, {
      onOutput: this.options.onOutput,
      onEnd: (reason) => {
        if (this.closing.signal.aborted) return;
        this.crashes.push(Date.now());
        if (this.crashes.length > 16) this.crashes.shift();
        this.inService = undefined;
        this.options.onCrash(reason);
        this.doWithoutTensorFlow(reason);
        this.host = this.replace();
        this.host.catch(() => {}); // Only `close` ends a replacement; callers see it from `current`.
      },
    });
  }

  /** TensorFlow can end its process while it is loaded, on a processor that it was not built for: it would do so again. */
  private doWithoutTensorFlow(reason: string): void {
    if (this.runtime !== 'auto' || this.known) return;
    this.runtime = 'wasm';
    this.note = `TensorFlow is installed but cannot be used: ${reason} npm run doctor says what is wrong.`;
  }

  /** A host that holds the models again; a model that it cannot load any more is given up. */
  private async replace(): Promise<HostProcess> {
    await sleep(restartDelayMs(this.crashes, Date.now()), undefined, { signal: this.closing.signal });
    const host = this.start();
    for (const [model, call] of this.models) {
      try {
        await this.loadInto(host, call);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.kind === 'crashed') return host; // Gone too: its successor has taken over.
        this.models.delete(model);
        this.onLost(model, error.message);
      }
    }
    this.inService = host;
    this.options.onRestart(host.pid);
    return host;
  }

  /** The host that is in service, or the next one if it comes within `PATIENCE_MS`. */
  private async current(): Promise<HostProcess> {
    if (this.closing.signal.aborted) throw new EngineError('crashed', 'The engine is closed.');
    if (this.inService) return this.inService; // Every call but those in an emergency: no timer, no race.
    const patience = new AbortController();
    const tooLong = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
      throw new EngineError('crashed', 'The engine process is being replaced.');
    });
    tooLong.catch(() => {});
    try {
      for (;;) {
        const awaited = this.host;
        const host = await Promise.race([awaited, tooLong]);
        if (awaited === this.host) return host; // Else it crashed while it loaded the models, and has a successor.
      }
    } finally {
      patience.abort();
    }
  }
}

function unexpectedAnswer(): Error {
  return new Error('This is a bug. The engine host answered another call than it was asked.');
}
