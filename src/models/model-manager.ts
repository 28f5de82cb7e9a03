import { Logger } from '@nestjs/common';
import { ConfigError } from '../config/expect.js';
import { EngineError } from '../engine/engine.js';
import type { FoundVersion } from './source/find-versions.js';
import { loadKeyOf, type ModelConfig } from './model-config.js';
import type { ModelLoader } from './model-loader.js';
import type { FoundModel } from './source/model-source.js';
import { nextAction } from './next-action.js';
import { retryDelayMs } from './retry-delay.js';
import { Servable } from './servable.js';
import type { ServedModel } from './served-model.js';
import { servedVersions } from './served-versions.js';
import type { ShadowConfig } from './serving-config.js';
import type { Shadow } from './shadow.js';

/** Ended versions that are still shown, beside those that failed. */
const SHOWN_ENDED = 3;

/** Brings the versions of one model to what the disk says, without a moment in which none serves. */
export class ModelManager {
  private readonly logger = new Logger('Models');
  private working: Promise<void> | undefined;
  private generations = 0;
  private readonly failures = new Map<number, number>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private stopped = false;
  /** Of each version, the files that were last available, and how many goldens came out right then. */
  private readonly proven = new Map<number, { readonly key: string; readonly goldens: number }>();

  constructor(
    readonly model: ServedModel,
    private readonly loader: ModelLoader,
    private readonly keepAliveSeconds: number,
    private readonly makeShadow: (config: ShadowConfig) => Shadow,
    /** Whether a version that ends its process would harm others. */
    private readonly mayHarm: () => boolean,
  ) {}

  /** Takes notice of what was found, and begins to do what follows from it. */
  update(found: FoundModel): void {
    const { model } = this;
    this.tell(found);
    if (found.versions !== null) {
      this.configure(found.config);
      const numbers = found.versions.map(({ number }) => number);
      const aspired = servedVersions(numbers, found.config);
      const key = `${loadKeyOf(found.config)} ${found.sharedStamp}`;
      for (const one of model.servables) one.aspired = false;
      for (const version of found.versions)
        if (aspired.has(version.number)) this.aspire(version, `${version.stamp} ${key}`);
      this.forgetEnded();
    }
    model.settleLabels();
    void this.work();
  }

  /** Nothing of it shall be served any more. Resolves when nothing is. */
  async remove(): Promise<void> {
    for (const one of this.model.servables) one.aspired = false;
    await this.work();
  }

  /** Nothing further is loaded; what serves goes on serving. */
  stop(): void {
    this.stopped = true;
    for (const timer of this.retries) clearTimeout(timer);
  }

  /** Loads a version that rests. */
  wake(servable: Servable): void {
    servable.wanted = true;
    void this.work();
  }

  /** Unloads what nobody asked for in a long time; it is loaded again when somebody does. */
  rest(now: number): void {
    const { model } = this;
    const seconds = model.config.keepAlive ?? this.keepAliveSeconds;
    if (seconds === 0) return;
    const resting = model.servables.filter(
      ({ state, aspired, isUsed, lastUsed }) =>
        state === 'AVAILABLE' && aspired && !isUsed && now - lastUsed >= seconds * 1000,
    );
    for (const one of resting) {
      this.logger.log(
        `${model.name} version ${one.version} was not asked for in ${seconds} s and is unloaded.`,
      );
      this.replace(one, true);
    }
    if (resting.length > 0) void this.work();
  }

  /** The engine lost a version. */
  lost(engineName: string, reason: string): boolean {
    const servable = this.model.servables.find((one) => one.engineName === engineName);
    if (!servable) return false;
    this.fail(servable, reason, false);
    this.model.settleLabels();
    return true;
  }

  /** Resolves when nothing is left to do, for now. */
  work(): Promise<void> {
    this.working ??= this.workOn();
    return this.working;
  }

  private async workOn(): Promise<void> {
    await Promise.resolve(); // So that what is done in one go is decided on as a whole.
    try {
      for (;;) {
        const action = nextAction(this.model.servables);
        if (!action || (this.stopped && action.kind === 'load')) return;
        if (action.kind === 'load') await this.load(action.of);
        else await this.unload(action.of);
        this.model.settleLabels();
      }
    } finally {
      this.working = undefined; // In the same turn in which nothing was found to do.
    }
  }

  /** What was counted of a shadow holds for one configuration of it. */
  private configure(config: Partial<ModelConfig>): void {
    const { model } = this;
    const changed = JSON.stringify(config.shadow) !== JSON.stringify(model.config.shadow);
    if (changed) model.shadow = config.shadow && this.makeShadow(config.shadow);
    if (JSON.stringify(config.canary) !== JSON.stringify(model.config.canary))
      model.routed = { default: 0, canary: 0 };
    model.config = config;
  }

  private aspire(version: FoundVersion, key: string): void {
    const latest = this.model.servables.findLast((one) => one.version === version.number);
    const isLeaving =
      latest?.state === 'UNLOADING' || (latest?.state === 'END' && latest.error === undefined);
    if (latest && latest.key === key && !isLeaving) latest.aspired = true;
    else this.add(new Servable(this.model.name, version, ++this.generations, key, false, performance.now()));
  }

  /** Another generation of the same version, from the same files. */
  private replace({ name, found, key }: Servable, idle: boolean): void {
    for (const one of this.model.servables) if (one.version === found.number) one.aspired = false;
    this.add(new Servable(name, found, ++this.generations, key, idle, performance.now()));
    this.forgetEnded();
  }

  /** How an earlier generation of it ended is of no interest any more. */
  private add(servable: Servable): void {
    const others = this.model.servables.filter(
      ({ version, state }) => version !== servable.version || state !== 'END',
    );
    this.model.servables = [...others, servable];
  }

  private async load(servable: Servable): Promise<void> {
    const { model } = this;
    if (servable.found.fault !== undefined) {
      this.fail(servable, servable.found.fault, false);
      return;
    }
    servable.loading();
    const { version, key } = servable;
    const before = this.proven.get(version);
    const proven = before?.key === key ? before.goldens : undefined;
    const tryFirst = proven === undefined && this.mayHarm();
    try {
      const ready = await this.loader.load(servable, model.config, { tryFirst, proven });
      this.proven.set(version, { key, goldens: ready.goldens });
      servable.available(ready);
      this.failures.delete(servable.version);
      this.logger.log(summary(servable));
      if (!ready.loaded.graph.optimised && model.config.engine !== 'upstream')
        this.logger.log(`${model.name} is served as it was exported: ${ready.loaded.graph.reason}`);
      for (const reason of Object.values(ready.loaded.refused)) this.logger.warn(`${model.name}: ${reason}`);
      // What comes back after a rest was told when it came first.
      if (proven === undefined)
        for (const { level, text } of ready.notes) this.logger[level](`${model.name}: ${text}`);
    } catch (error) {
      if (this.stopped) return;
      if (error instanceof ConfigError) this.fail(servable, error.message, false);
      else if (error instanceof EngineError) this.fail(servable, error.message, isTransient(error));
      else this.fail(servable, 'An unexpected error; the log has it.', false, error);
    }
  }

  /** Those who use it finish first. */
  private async unload(servable: Servable): Promise<void> {
    const { ready, state } = servable;
    if (state !== 'AVAILABLE' || !ready) {
      servable.end();
      return;
    }
    servable.unloading();
    this.model.settleLabels();
    await servable.drained();
    await ready
      .unload()
      .catch((error: unknown) => this.logger.warn(`${servable.engineName}: ${String(error)}`));
    servable.end();
    const { version } = servable;
    if (!this.model.servables.some((other) => other.aspired && other.version === version))
      this.logger.log(`${servable.name} version ${version} is unloaded.`);
  }

  private fail(servable: Servable, reason: string, transient: boolean, error?: unknown): void {
    servable.fail(reason, transient);
    const { name, version } = servable;
    const still = this.model.serving;
    const consequence =
      still.length === 0
        ? ''
        : ` Served meanwhile: version${still.length === 1 ? '' : 's'} ${still.join(', ')}.`;
    this.logger.error(
      `The model ${name} cannot be used in version ${version}: ${reason}${consequence}`,
      ...(error instanceof Error ? [error.stack] : []),
    );
    if (transient) this.tryLater(servable);
  }

  private tryLater(servable: Servable): void {
    const failures = (this.failures.get(servable.version) ?? 0) + 1;
    this.failures.set(servable.version, failures);
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      if (!servable.aspired || this.stopped) return;
      this.replace(servable, false);
      void this.work();
    }, retryDelayMs(failures));
    timer.unref();
    this.retries.add(timer);
  }

  /** Says once what cannot be read. */
  private tell({ fault, refusal }: FoundModel): void {
    const { model } = this;
    if (fault !== undefined && fault !== model.fault)
      this.logger.error(`The model ${model.name} cannot be used: ${fault}`);
    if (refusal !== undefined && refusal !== model.refusal)
      this.logger.error(`The new model.yaml of ${model.name} is refused, the one before holds: ${refusal}`);
    model.fault = fault;
    model.refusal = refusal;
  }

  private forgetEnded(): void {
    const { servables } = this.model;
    const ended = servables.filter(({ state, aspired }) => state === 'END' && !aspired);
    const forgotten = new Set(ended.slice(0, -SHOWN_ENDED));
    this.model.servables = servables.filter((one) => !forgotten.has(one));
  }
}

function isTransient({ kind }: EngineError): boolean {
  return kind !== 'load' && kind !== 'run' && kind !== 'input';
}

function summary({ name, version, ready }: Servable): string {
  const { plan, labels, goldens, loaded, loadMs, warmUpMs } = ready!;
  const labelled = labels ? `, ${labels.size} labels` : '';
  const proven = goldens === 0 ? '' : `, ${goldens} golden${goldens === 1 ? '' : 's'} right`;
  const times = `loaded in ${Math.round(loadMs)} ms, warm after ${Math.round(warmUpMs)} ms`;
  return `${name} version ${version}: ${plan.task}${labelled}${proven}, on ${loaded.device}, ${times}.`;
}
