import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import { ConfigError } from '../config/expect.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { Metrics } from '../metrics/metrics.js';
import { ModelLoader } from './model-loader.js';
import { ModelManager } from './model-manager.js';
import { originOf } from './source/model-places.js';
import { type Look, ModelSource } from './source/model-source.js';
import { ModelWatch } from './source/model-watch.js';
import type { Servable } from './servable.js';
import { ServedModel } from './served-model.js';
import { Shadow, type ShadowReason } from './shadow.js';

/** Keeps the models as the disk has them: a manager for each that is found, and one look after the other. */
@Injectable()
export class ModelRepository {
  private readonly logger = new Logger('Models');
  private readonly source: ModelSource;
  private readonly managers = new Map<string, ModelManager>();
  private readonly watch: ModelWatch;
  /** Why the last look failed, told once. */
  private lookFault: string | undefined;
  private started = false;
  private markStarted!: () => void;
  /** Once every model that was there at the start has been tried. */
  readonly whenStarted = new Promise<void>((resolve) => (this.markStarted = resolve));
  private firstLook: Look = { models: [], pending: false };

  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly loader: ModelLoader,
    private readonly metrics: Metrics,
  ) {
    const origin = originOf(settings);
    this.source = new ModelSource(origin, settings.labelsDir);
    this.watch = new ModelWatch(origin, settings.modelsPollMs, () => this.lookAgain());
  }

  get isStarted(): boolean {
    return this.started;
  }

  /**
   * Finds the models; loads none.
   * @throws ConfigError if there is nowhere to look
   */
  async open(): Promise<void> {
    this.firstLook = await this.source.look();
    for (const { name } of this.firstLook.models) this.managers.set(name, this.manage(name));
  }

  /** Begins to load the models, in the background, and to look for changes. */
  start(): void {
    if (this.firstLook.models.length === 0)
      this.logger.warn(
        'There is no model yet. Put a SavedModel into models/<name>/1 and its labels into labels/<name>.json.',
      );
    this.apply(this.firstLook);
    void this.finishStart();
    this.watch.start();
  }

  private async finishStart(): Promise<void> {
    await Promise.all([...this.managers.values()].map((manager) => manager.work()));
    this.started = true;
    this.markStarted();
    const models = this.all();
    const usable = models.filter(({ serving }) => serving.length > 0).length;
    if (models.length > 0) this.logger.log(`${usable} of ${models.length} models can be used.`);
    this.warnOfDefaultModel();
  }

  /** Where nobody named one, it matters only if POST /predict cannot tell which model is meant. */
  private warnOfDefaultModel(): void {
    const { defaultModel } = this.settings;
    const isChosen = defaultModel !== SETTINGS.defaultModel.default;
    if (this.find(defaultModel) || this.managers.size === 0 || (!isChosen && this.managers.size === 1))
      return;
    const names = [...this.managers.keys()].join(', ');
    const outcome = this.managers.size === 1 ? `POST /predict asks ${names}` : 'POST /predict answers 404';
    this.logger.warn(
      `DEFAULT_MODEL is ${defaultModel}, but there is no such model among ${names}: ${outcome}.`,
    );
  }

  async stop(): Promise<void> {
    for (const manager of this.managers.values()) manager.stop();
    await this.watch.stop();
  }

  all(): readonly ServedModel[] {
    return [...this.managers.values()].map(({ model }) => model);
  }

  find(name: string): ServedModel | undefined {
    return this.managers.get(name)?.model;
  }

  wake(servable: Servable): void {
    this.managers.get(servable.name)?.wake(servable);
  }

  lost(engineName: string, reason: string): void {
    for (const manager of this.managers.values()) if (manager.lost(engineName, reason)) return;
  }

  /** @returns whether to look again soon */
  private async lookAgain(): Promise<boolean> {
    try {
      const look = await this.source.look();
      this.lookFault = undefined;
      this.apply(look);
      for (const manager of this.managers.values()) manager.rest(performance.now());
      return look.pending;
    } catch (error) {
      // What is served goes on being served: a disk may be away for a moment.
      const fault =
        error instanceof ConfigError ? error.message : `The models cannot be looked at (${String(error)}).`;
      if (fault !== this.lookFault) this.logger.error(`${fault} What is served stays as it is.`);
      this.lookFault = fault;
      return false;
    }
  }

  private apply({ models }: Look): void {
    const names = new Set(models.map(({ name }) => name));
    for (const found of models) {
      let manager = this.managers.get(found.name);
      if (!manager) {
        manager = this.manage(found.name);
        this.managers.set(found.name, manager);
      }
      manager.update(found);
    }
    for (const [name, manager] of this.managers) if (!names.has(name)) void this.remove(name, manager);
    const sorted = [...this.managers].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.managers.clear();
    for (const [name, manager] of sorted) this.managers.set(name, manager);
  }

  private async remove(name: string, manager: ModelManager): Promise<void> {
    await manager.remove();
    if (
      this.managers.get(name) === manager &&
      manager.model.servables.every(({ state }) => state === 'END')
    ) {
      this.managers.delete(name);
      this.logger.log(`The model ${name} is gone.`);
    }
  }

  private manage(name: string): ModelManager {
    const makeShadow = (config: Shadow['config']): Shadow =>
      new Shadow(
        config,
        (version, outcome) =>
          this.metrics.shadowRequests.inc({ model: name, version: String(version), outcome }),
        (version, reason, error) => this.tellShadow(name, version, reason, error),
      );
    const mayHarm = (): boolean => this.started && this.settings.engineTrial;
    return new ModelManager(new ServedModel(name), this.loader, this.settings.keepAlive, makeShadow, mayHarm);
  }

  private tellShadow(
    model: string,
    version: number,
    { outcome, reason }: ShadowReason,
    error: unknown,
  ): void {
    if (outcome === 'skipped') return; // Nothing is known of the versions by it.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const more = cause instanceof Error && cause.message !== reason ? ` ${cause.message}` : '';
    this.logger.warn(`Answers of ${model}, version ${version} as shadow: ${outcome}. ${reason}${more}`);
  }
}
