import {
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import type { SupervisedEngine } from '../host/supervised-engine.js';
import { chooseMember } from './choose-member.js';
import { SecondTries, type Tries } from './second-tries.js';
import type { ServingEngine } from './serving-engine.js';

/** What the pool needs of an engine. */
export type PooledEngine = Pick<
  SupervisedEngine,
  | 'runsAtOnce'
  | 'info'
  | 'load'
  | 'runOnce'
  | 'warmUp'
  | 'unload'
  | 'residentBytes'
  | 'close'
  | 'isInService'
  | 'isServing'
  | 'onLost'
>;

export interface PoolMember {
  readonly engine: PooledEngine;
  readonly gpu?: string;
}

interface Member {
  readonly engine: PooledEngine;
  /** The GPU that it has, as `CUDA_VISIBLE_DEVICES` names it; to itself it is always `gpu:0`. */
  readonly gpu: string | undefined;
  inFlight: number;
  begun: number;
}

/** A model that is or is being loaded, and why it was lost meanwhile. */
interface Held {
  isLoading: boolean;
  lost?: string;
}

/** Several engine hosts as one engine: each holds every model that has no state, and each run goes to one of them. */
export class EnginePool implements Omit<ServingEngine, 'admit'> {
  onLost: (model: string, reason: string) => void = () => {};
  private readonly members: readonly Member[];
  private readonly held = new Map<string, Held>();
  /** The models that only the first member holds: they have one state for all runs. */
  private readonly single = new Set<string>();
  private readonly tries = new SecondTries(() => this.isClosed);
  private isClosed = false;

  /** @param engines at least one, each with the GPU that it was given */
  constructor(engines: readonly PoolMember[]) {
    this.members = engines.map(({ engine, gpu }) => ({ engine, gpu, inFlight: 0, begun: 0 }));
    for (const member of this.members) member.engine.onLost = (model, reason) => this.lost(model, reason);
  }

  /** How many runs all of them do at once. */
  get runsAtOnce(): number {
    return this.members.reduce((sum, { engine }) => sum + engine.runsAtOnce, 0);
  }

  async isServing(): Promise<boolean> {
    return this.members.some(({ engine }) => engine.isServing);
  }

  /** Of the first, with the devices of all. */
  async info(): Promise<EngineInfo> {
    const infos = await Promise.all(this.members.map(({ engine }) => engine.info()));
    return { ...infos[0]!, device: this.devices(infos) };
  }

  /** Into the first one first: what it made of the model's files is then there for the others. */
  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    const held: Held = { isLoading: true };
    this.held.set(model, held);
    try {
      const [first, ...others] = this.members;
      const loaded = [await first!.engine.load(model, directory, options)];
      if (loaded[0]!.stateful.length > 0) this.single.add(model);
      else
        loaded.push(...(await settled(others.map(({ engine }) => engine.load(model, directory, options)))));
      if (held.lost !== undefined) throw new EngineError('load', held.lost);
      held.isLoading = false;
      const memoryBytes = loaded.reduce((sum, one) => sum + one.memoryBytes, 0);
      return { ...loaded[0]!, device: this.devices(loaded), memoryBytes };
    } catch (error) {
      this.held.delete(model);
      if (this.members.length > 1) await this.unloadFromAll(model).catch(() => {}); // Some may hold it.
      throw error;
    }
  }

  /** A run whose engine's process dies is tried once more: in another one, where there is one, and with nothing beside it. */
  run(model: string, signature: string, inputs: NamedTensors, tries?: Tries): Promise<NamedTensors> {
    return this.tries.run(() => this.runSomewhere(model, signature, inputs), tries);
  }

  /** In all that hold it; the answer is the first one's. */
  async warmUp(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const holders = this.single.has(model) ? this.members.slice(0, 1) : this.members;
    const answers = await settled(holders.map(({ engine }) => engine.warmUp(model, signature, inputs)));
    return answers[0]!;
  }

  async unload(model: string): Promise<void> {
    this.held.delete(model);
    await this.unloadFromAll(model);
  }

  /** What all of them take of the machine's memory; `undefined` where that cannot be told of any. */
  async residentBytes(): Promise<number | undefined> {
    const all = await Promise.all(this.members.map(({ engine }) => engine.residentBytes()));
    const known = all.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.members.map(({ engine }) => engine.close()));
  }

  private async runSomewhere(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const states = this.members.map(({ engine: { isInService }, inFlight, begun }) => ({
      isInService,
      inFlight,
      begun,
    }));
    const member = this.members[this.single.has(model) ? 0 : chooseMember(states)]!;
    member.inFlight += 1;
    member.begun += 1;
    try {
      return await member.engine.runOnce(model, signature, inputs);
    } finally {
      member.inFlight -= 1;
    }
  }

  /** One that a member has lost, the others give up too: every member holds every model that has no state. */
  private lost(model: string, reason: string): void {
    const held = this.held.get(model);
    if (!held) return;
    if (held.isLoading) {
      held.lost ??= reason;
      return;
    }
    this.held.delete(model);
    this.onLost(model, reason);
    if (this.members.length > 1) this.unloadFromAll(model).catch(() => {}); // Whose process ended holds it no more.
  }

  private async unloadFromAll(model: string): Promise<void> {
    this.single.delete(model);
    await settled(this.members.map(({ engine }) => engine.unload(model)));
  }

  /** The devices of all members, each once. */
  private devices(all: readonly { readonly device: string }[]): string {
    const shown = all.map(({ device }, index) => {
      const { gpu } = this.members[index]!;
      return device.startsWith('gpu') && gpu !== undefined ? `gpu:${gpu}` : device;
    });
    return [...new Set(shown)].join(', ');
  }
}

/** All results; or, when all have ended, the first rejection. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
