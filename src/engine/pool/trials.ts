import {
  type Engine,
  EngineError,
  type EngineInfo,
  isCrash,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import type { EnginePool } from './engine-pool.js';
import type { Tries } from './second-tries.js';
import type { ServingEngine } from './serving-engine.js';

/** An engine for one model alone, whose process does not come back when it ends. */
export type Tryout = Pick<Engine, 'load' | 'run' | 'close'>;

/** A model that has not been admitted yet. */
interface Trial {
  readonly engine: Tryout;
  readonly directory: string;
  readonly options: LoadOptions;
  readonly warmUps: { readonly signature: string; readonly inputs: NamedTensors }[];
  readonly inFlight: Set<Promise<unknown>>;
  /** Why its process ended. */
  fault?: EngineError;
  /** From when it is being admitted on. */
  admission?: Promise<LoadedModel>;
}

/**
 * A pool whose processes never meet a model that has not run elsewhere, where its loader asks for that: until `admit` the model is held by a
 * process of its own, which may crash and harms nobody.
 */
export class EngineWithTrials implements ServingEngine {
  onLost: (model: string, reason: string) => void = () => {};
  private readonly trials = new Map<string, Trial>();

  /** @param startTryout `undefined` where there is no memory for a further process: the model then goes into the pool at once */
  constructor(
    private readonly pool: EnginePool,
    private readonly startTryout: (directory: string) => Promise<Tryout | undefined>,
  ) {
    pool.onLost = (model, reason) => this.onLost(model, reason);
  }

  /** Of those that serve: what is on trial runs beside them. */
  get runsAtOnce(): number {
    return this.pool.runsAtOnce;
  }

  isServing(): Promise<boolean> {
    return this.pool.isServing();
  }

  info(): Promise<EngineInfo> {
    return this.pool.info();
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    const engine = options.tryFirst ? await this.startTryout(directory) : undefined;
    if (!engine) return this.pool.load(model, directory, options);
    const trial: Trial = { engine, directory, options, warmUps: [], inFlight: new Set() };
    this.trials.set(model, trial);
    try {
      return await mayCrash(trial, engine.load(model, directory, options));
    } catch (error) {
      await this.end(model, trial);
      throw error;
    }
  }

  run(model: string, signature: string, inputs: NamedTensors, tries?: Tries): Promise<NamedTensors> {
    return this.inItsPlace(
      model,
      (trial) => runOn(trial, model, signature, inputs),
      () => this.pool.run(model, signature, inputs, tries),
    );
  }

  warmUp(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    return this.inItsPlace(
      model,
      async (trial) => {
        const outputs = await runOn(trial, model, signature, inputs);
        trial.warmUps.push({ signature, inputs });
        return outputs;
      },
      () => this.pool.warmUp(model, signature, inputs),
    );
  }

  /** Into the processes that serve, warmed up as it was on trial. */
  async admit(model: string): Promise<LoadedModel | null> {
    const trial = this.trials.get(model);
    if (!trial) return null;
    trial.admission ??= this.moveToPool(model, trial);
    return trial.admission;
  }

  async unload(model: string): Promise<void> {
    const trial = this.trials.get(model);
    if (trial && !trial.admission) return this.end(model, trial);
    await trial?.admission?.catch(() => {});
    await this.pool.unload(model);
  }

  async close(): Promise<void> {
    const trials = [...this.trials].map(([model, trial]) => this.end(model, trial));
    await Promise.all([this.pool.close(), ...trials]);
  }

  private async moveToPool(model: string, trial: Trial): Promise<LoadedModel> {
    try {
      await Promise.allSettled(trial.inFlight);
      await trial.engine.close(); // First: two at once take twice the memory.
      const loaded = await this.pool.load(model, trial.directory, trial.options);
      for (const { signature, inputs } of trial.warmUps) await this.pool.warmUp(model, signature, inputs);
      return loaded;
    } finally {
      this.trials.delete(model);
    }
  }

  /** On trial or in the pool; for one that is being admitted, once it is. At once, so that no run falls between the two. */
  private inItsPlace<T>(
    model: string,
    onTrial: (trial: Trial) => Promise<T>,
    inPool: () => Promise<T>,
  ): Promise<T> {
    const trial = this.trials.get(model);
    if (!trial) return inPool();
    return trial.admission ? trial.admission.then(inPool) : onTrial(trial);
  }

  private async end(model: string, trial: Trial): Promise<void> {
    this.trials.delete(model);
    await trial.engine.close();
  }
}

async function runOn(
  trial: Trial,
  model: string,
  signature: string,
  inputs: NamedTensors,
): Promise<NamedTensors> {
  const run = mayCrash(trial, trial.engine.run(model, signature, inputs));
  trial.inFlight.add(run);
  try {
    return await run;
  } finally {
    trial.inFlight.delete(run);
  }
}

/** What ends its process on trial is the model's own fault: it is not tried again before its files change. */
async function mayCrash<T>(trial: Trial, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isCrash(error)) throw error;
    const sentence = `It was tried in a process of its own first. ${(error as Error).message}`;
    throw (trial.fault ??= new EngineError('load', sentence)); // Runs beside the first find a process that is ended.
  }
}
