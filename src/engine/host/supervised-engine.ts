import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Engine,
  EngineError,
  type EngineInfo,
  isCrash,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { Absence, patiently } from './absence.js';
import { GrowthWatch } from './growth-watch.js';
import { HeldModels } from './held-models.js';
import { HostCalls, type LoadCall } from './host-calls.js';
import { type EndedBy, type HostedRuntime, HostProcess } from './host-process.js';
import { makeReady } from './make-ready.js';
import { MemoryLimit } from './memory-limit.js';
import { modelBytes } from './model-bytes.js';
import { OneAtATime } from './one-at-a-time.js';
import { residentBytesOf } from './resident-bytes.js';
import { restartDelayMs } from './restart-delay.js';
import type { SupervisedEngineOptions } from './supervised-engine-options.js';

interface Successor {
  readonly host: HostProcess;
  readonly residentBytes: number;
}

/** How long a host may take to end, in ms. */
const GRACE_MS = 2_000;

/**
 * The engine as the line sees it: calls go to an engine host. When that process ends, another takes its place, with the
 * same models, and each run that was in flight is tried once more there. When its memory has grown, another is made ready beside it and
 * then takes its place; the old one finishes what is in flight.
 */
export class SupervisedEngine implements Engine {
  /** Told of each model that a new host could not load again, with the reason. */
  onLost: (model: string, reason: string) => void = () => {};
  /** The host in service, with the models loaded; `undefined` while one is being replaced. */
  private inService: HostProcess | undefined;
  /** The host that was last started to be in service, once it is. */
  private host: Promise<HostProcess>;
  /** That host, from its start on: if it ends, another must be started. */
  private newest: HostProcess;
  /** The host that is being made ready to take over, once it has; `undefined` if it did not. */
  private successor: Promise<HostProcess | undefined> | undefined;
  /** Every process that has not ended. */
  private readonly alive = new Set<HostProcess>();
  /** Loads, unloads and hand-overs: one after the other. */
  private readonly turn = new OneAtATime();
  /** Shared by all engines of a machine, so that no two take twice their memory at once. */
  private readonly handOvers: OneAtATime;
  private readonly calls: HostCalls;
  private readonly models: HeldModels;
  private readonly growth: GrowthWatch;
  private readonly memory: MemoryLimit;
  private recheck: NodeJS.Timeout | undefined;
  private readonly crashes: number[] = [];
  private readonly absence = new Absence();
  /** What the next host shall hold. */
  private hosted: HostedRuntime;
  /** Whether a host has answered what it holds. */
  private known = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: SupervisedEngineOptions) {
    this.hosted = { runtime: options.runtime, streams: options.streams ?? 1 };
    this.calls = new HostCalls(options, this.hosted.streams);
    this.models = new HeldModels(this.calls, options.onOutput);
    this.growth = new GrowthWatch(options.handOvers ?? {}, Date.now());
    this.memory = new MemoryLimit(options.memoryBytes ?? Infinity, () => this.takeStock(false));
    this.handOvers = options.handOverTurn ?? new OneAtATime();
    this.newest = this.inService = this.start();
    this.host = Promise.resolve(this.inService);
  }

  get runsAtOnce(): number {
    return this.hosted.streams;
  }

  /** Rejects, with the runtime's own sentence, if the runtime cannot be used on this machine. */
  async info(): Promise<EngineInfo> {
    const info = await this.again(async () => this.calls.info(await this.current()));
    this.known = true;
    return info;
  }

  load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    return this.turn.run(async () => {
      const bytes = await modelBytes(directory);
      const host = await this.current();
      this.growth.emptyBytes ??= await this.calls.memory(host);
      const call: LoadCall = { call: 'load', model, directory, options };
      const began = performance.now();
      const loaded = await this.calls.load(host, call);
      this.models.add(call, bytes, performance.now() - began, loaded);
      this.memory.settled(host);
      return loaded;
    });
  }

  /** Whether a host is in service: a run need not wait for one. */
  get isInService(): boolean {
    return this.inService !== undefined;
  }

  /** Whether runs are answered, or will be soon: no if the next host has not come in twice the time that it takes. */
  get isServing(): boolean {
    return !this.absence.isOverdue(performance.now());
  }

  /** A run that fails because its host died is tried once more, in the next one. */
  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.again(() => this.runOnce(model, signature, inputs));
  }

  /**
   * A run that is not tried again, for who has other engines to try it in.
   * @throws EngineError `away` too: where the next host is not expected within `PATIENCE_MS`, or does not come
   */
  async runOnce(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.calls.run(this.inService ?? (await this.nextForRun()), model, signature, inputs);
  }

  /** A run that every later host is given too, after it has loaded the model and before it is in service. */
  async warmUp(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const outputs = await this.again(async () =>
      this.calls.warmUp(await this.current(), model, signature, inputs),
    );
    this.models.addWarmUp(model, signature, inputs);
    return outputs;
  }

  async unload(model: string): Promise<void> {
    this.models.delete(model); // At once: a host that is started now need not load it.
    await this.turn.run(async () => {
      this.models.delete(model); // Its load may have come before it in the line.
      await this.calls.unload(await this.current(), model);
    });
    this.takeStock(true);
  }

  /** What the host in service takes of the machine's memory; `undefined` where that cannot be told. */
  async residentBytes(): Promise<number | undefined> {
    const pid = this.inService?.pid;
    return pid === undefined ? undefined : residentBytesOf(pid);
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    clearTimeout(this.recheck);
    await Promise.all([...this.alive].map((host) => host.close(GRACE_MS)));
  }

  private async again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isCrash(error) || this.closing.signal.aborted) throw error;
      return work();
    }
  }

  private start(): HostProcess {
    const events = {
      onOutput: this.options.onOutput,
      onEnd: (reason: string, by: EndedBy) => this.ended(host, reason, by),
    };
    const { environment, through } = this.options;
    const host: HostProcess = new HostProcess(this.hosted, events, environment, through);
    this.alive.add(host);
    this.memory.watch(host);
    return host;
  }

  /** Only the end of the host that is or shall be in service is a crash: others are to end, or a hand-over fails with them. */
  private ended(host: HostProcess, reason: string, by: EndedBy): void {
    this.alive.delete(host);
    if (this.closing.signal.aborted || host !== this.newest) return;
    this.crashes.push(Date.now());
    if (this.crashes.length > 16) this.crashes.shift();
    this.inService = undefined;
    this.absence.begin(performance.now());
    this.options.onCrash(reason, by);
    this.doWithoutTensorFlow(reason);
    this.host = this.replace();
    this.host.catch(() => {}); // Only `close` ends a replacement; callers see it from `current`.
  }

  /** TensorFlow can end its process while it is loaded, on a processor that it was not built for: it would do so again. */
  private doWithoutTensorFlow(reason: string): void {
    if (this.hosted.runtime !== 'auto' || this.known) return;
    const note = `TensorFlow is installed but cannot be used: ${reason} npm run doctor says what is wrong.`;
    this.hosted = { ...this.hosted, runtime: 'wasm', note };
  }

  /** A host that holds the models again; a model that it cannot load any more is given up. */
  private async replace(): Promise<HostProcess> {
    const host = (await this.successor) ?? (await this.startAgain());
    if (host !== this.inService) return host; // Gone too: its successor has taken over.
    this.options.onRestart(host.pid);
    return host;
  }

  /** A new host, in service if it did not end before it was ready. */
  private async startAgain(): Promise<HostProcess> {
    const delayMs = restartDelayMs(this.crashes, Date.now());
    this.absence.expect(performance.now(), delayMs, this.models.loadMs);
    await sleep(delayMs, undefined, { signal: this.closing.signal });
    const began = performance.now();
    const host = this.start();
    this.newest = host;
    try {
      await this.models.loadInto(host, (model, { message }) => {
        this.models.delete(model);
        this.onLost(model, message);
      });
    } catch (error) {
      if (!isCrash(error)) throw error;
    }
    if (!host.hasEnded) {
      this.growth.replaced();
      this.memory.settled(host);
      this.absence.end(performance.now() - began);
      this.inService = host;
    }
    return host;
  }

  /** Looks, when it has its turn, whether the host in service has grown, and has it replaced then. */
  private takeStock(afterUnload: boolean): void {
    this.turn
      .run(() => this.handOvers.run(() => this.handOverIfGrown(afterUnload)))
      .catch((error: unknown) => {
        // A host that ended is being replaced as it is.
        if (!isCrash(error)) this.options.onHandOverFailed?.(messageOf(error));
      });
  }

  private async handOverIfGrown(afterUnload: boolean): Promise<void> {
    const host = this.inService;
    if (!host || this.models.hasState) return;
    const size = { residentBytes: await this.calls.memory(host), modelBytes: this.models.bytes };
    if (host !== this.inService || this.closing.signal.aborted) return;
    if (afterUnload) this.growth.unloaded(size);
    const fresh = this.growth.worthReplacing(size) ?? this.memory.worthReplacing(host);
    if (fresh === null) return;
    const delayMs = this.growth.delayMs(Date.now());
    if (delayMs === 0) await this.handOver(host, size.residentBytes, fresh);
    else this.takeStockAfter(delayMs);
  }

  private takeStockAfter(ms: number): void {
    clearTimeout(this.recheck);
    this.recheck = setTimeout(() => this.takeStock(false), ms).unref();
  }

  private async handOver(old: HostProcess, beforeBytes: number, fresh: number): Promise<void> {
    this.growth.began(Date.now());
    const ready = this.successorOf(old, fresh);
    this.successor = ready.then(
      ({ host }) => host,
      () => undefined,
    );
    try {
      const { host, residentBytes: afterBytes } = await ready;
      this.options.onHandOver?.({ pid: host.pid, beforeBytes, afterBytes });
      old.retire(GRACE_MS).catch(() => {}); // It is gone, or `close` ends it.
    } catch (error) {
      if (this.closing.signal.aborted) return;
      this.options.onHandOverFailed?.(messageOf(error));
      this.takeStockAfter(this.growth.delayMs(Date.now()));
    } finally {
      this.successor = undefined;
    }
  }

  /** A new host that holds the models and is in service in the place of `old`, whatever became of that meanwhile. */
  private async successorOf(old: HostProcess, fresh: number): Promise<Successor> {
    if (process.availableMemory() < fresh) {
      throw new EngineError('load', 'There is not enough memory for another process beside it.');
    }
    const host = this.start();
    try {
      const residentBytes = await makeReady(host, old, this.calls, this.models);
      if (host.hasEnded || this.closing.signal.aborted) throw new EngineError('crashed', 'Another ended.');
      this.growth.succeeded({ residentBytes, modelBytes: this.models.bytes });
      this.memory.settled(host);
      this.newest = this.inService = host;
      this.host = Promise.resolve(host);
      return { host, residentBytes };
    } catch (error) {
      host.kill('It is not needed.');
      throw error;
    }
  }

  private async nextForRun(): Promise<HostProcess> {
    const refusal = this.closing.signal.aborted ? undefined : this.absence.refusal(performance.now());
    if (refusal) throw refusal;
    try {
      return await this.current();
    } catch (error) {
      throw this.closing.signal.aborted ? error : this.absence.error(performance.now());
    }
  }

  /** The host that is in service, or the next one if it comes within `PATIENCE_MS`. */
  private async current(): Promise<HostProcess> {
    if (this.closing.signal.aborted) throw new EngineError('crashed', 'The engine is closed.');
    if (this.inService) return this.inService; // Every call but those in an emergency: no timer, no race.
    return patiently(async () => {
      for (;;) {
        const awaited = this.host;
        const host = await awaited;
        if (awaited === this.host) return host; // Else it crashed while it loaded the models, and has a successor.
      }
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
