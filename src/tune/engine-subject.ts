import type { Settings } from '../config/settings.js';
import { EngineError, type EngineInfo, type LoadedModel, type NamedTensors } from '../engine/engine.js';
import { startDisposable } from '../engine/host/disposable-engine.js';
import type { SupervisedEngine } from '../engine/host/supervised-engine.js';
import { type Shares, variablesOf } from '../engine/pool/host-environments.js';
import { loadOptionsOf } from '../models/load-options.js';
import { type ModelPlan, planModel } from '../models/model-plan.js';
import type { ChosenModel } from '../command/find-model.js';
import type { Subject } from './subject.js';

const MODEL = 'tuned';

/** Makes the inputs of one batch of that many rows. */
export type BatchMaker = (plan: ModelPlan, batchSize: number) => Promise<NamedTensors>;

/** A model in an engine host of its own, loaded as the server loads it. */
export class EngineSubject implements Subject {
  private batch: { readonly size: number; readonly inputs: NamedTensors } | undefined;

  private constructor(
    private readonly settings: Settings,
    private readonly model: ChosenModel,
    private readonly shares: Shares,
    private readonly batchOf: BatchMaker,
    private readonly signal: AbortSignal,
    private host: Host,
  ) {}

  /** @throws ConfigError or EngineError with one sentence for the user; no process is left then */
  static async start(
    settings: Settings,
    model: ChosenModel,
    shares: Shares,
    batchOf: BatchMaker,
    signal: AbortSignal,
  ): Promise<EngineSubject> {
    const host = await startHost(settings, model, shares, signal);
    return new EngineSubject(settings, model, shares, batchOf, signal, host);
  }

  get threads(): number {
    return this.host.info.runtime === 'wasm' ? 1 : this.shares.threads; // It has no more.
  }

  get streams(): number {
    return this.shares.streams;
  }

  get info(): EngineInfo {
    return this.host.info;
  }

  get plan(): ModelPlan {
    return this.host.plan;
  }

  /** Where the model runs, such as `cpu` or `gpu:0`. */
  get device(): string {
    return this.host.loaded.device;
  }

  async prepare(batchSize: number): Promise<void> {
    this.batch = { size: batchSize, inputs: await this.batchOf(this.plan, batchSize) };
  }

  async run(batchSize: number): Promise<void> {
    const { engine, plan } = this.host;
    if (this.batch?.size !== batchSize)
      throw new Error('This is a bug. A batch was run that was not prepared.');
    const { inputs } = this.batch;
    const runs = Array.from({ length: this.streams }, () => engine.run(MODEL, plan.signatureName, inputs));
    const [outputs] = await Promise.all(runs);
    for (const [name, { shape }] of Object.entries(outputs!)) {
      if (shape[0] === batchSize) continue;
      const sentence = `Its output ${name} has ${shape[0] ?? 'no'} rows for ${batchSize} of input.`;
      throw new EngineError('run', sentence);
    }
  }

  async restart(): Promise<void> {
    await this.host.close();
    this.host = await startHost(this.settings, this.model, this.shares, this.signal);
  }

  residentBytes(): Promise<number | undefined> {
    return this.host.engine.residentBytes();
  }

  async close(): Promise<void> {
    await this.host.close();
  }
}

interface Host {
  readonly engine: SupervisedEngine;
  readonly info: EngineInfo;
  readonly loaded: LoadedModel;
  readonly plan: ModelPlan;
  close(): Promise<void>;
}

async function startHost(
  settings: Settings,
  { directory, root, config }: ChosenModel,
  shares: Shares,
  signal: AbortSignal,
): Promise<Host> {
  signal.throwIfAborted();
  const { streams } = shares;
  const { engine, settled } = startDisposable({
    runtime: settings.engine,
    settings,
    environment: variablesOf(shares),
    streams,
  });
  const leave = (): void => void engine.close();
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', leave);
    return engine.close();
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    const info = await engine.info();
    const loaded = await engine.load(MODEL, directory, loadOptionsOf(config, settings, root));
    settled();
    return { engine, info, loaded, plan: planModel(config, loaded), close };
  } catch (error) {
    await close();
    throw error;
  }
}
