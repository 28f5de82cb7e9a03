import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import { ConfigError, unexpected } from '../config/expect.js';
import type { Settings } from '../config/settings.js';
import { EngineError, type EngineInfo } from '../engine/engine.js';
import { ENGINE } from '../engine/engine.token.js';
import type { SupervisedEngine } from '../engine/host/supervised-engine.js';
import { ServingError } from '../errors/serving-error.js';
import { ModelLoader } from './model-loader.js';
import { findModels, type FoundModel } from './model-source.js';
import { type ReadyModel, ServedModel } from './served-model.js';

/** A model that may be used now, with all that its use needs. */
export type AvailableModel = ServedModel & { readonly ready: ReadyModel; readonly version: number };

/** Which models exist, in which state, and who may use them now. */
@Injectable()
export class ModelsService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Models');
  private readonly models = new Map<string, ServedModel>();
  private stopping = false;
  /** What runs the models; known once the provider is initialised. */
  engineInfo: EngineInfo | undefined;

  constructor(
    @Inject(ENGINE) private readonly engine: SupervisedEngine,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly loader: ModelLoader,
  ) {}

  /**
   * Finds the models and begins to load them, one after the other, in the background: meanwhile the server answers, `/health/ready`
   * with 503.
   * @throws ConfigError if the models folder is not there, EngineError if the runtime cannot be used here
   */
  async onModuleInit(): Promise<void> {
    const found = await findModels(this.settings.modelsDir).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      throw unexpected('a folder of models', 'MODELS_DIR', this.settings.modelsDir);
    });
    const { note, ...info } = await this.engine.info();
    this.engineInfo = info;
    this.engine.onLost = (engineName, reason) => {
      const model = this.all().find((candidate) => candidate.engineName === engineName);
      if (model) this.refuse(model, reason);
    };
    const { runtime, version, device } = info;
    this.logger.log(
      `The engine is ${runtime} ${version} on ${device}.${note === undefined ? '' : ` ${note}`}`,
    );
    if (found.length === 0)
      this.logger.warn(
        'There is no model. Put a SavedModel into models/<name>/1 and its labels into labels/<name>.json, then start again.',
      );
    for (const { name, version: highest } of found) {
      this.models.set(name, new ServedModel(name, 'number' in highest ? highest.number : undefined));
    }
    void this.loadAll(found);
  }

  /** No further model is loaded. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  /** Every model, in the order of their names. */
  all(): readonly ServedModel[] {
    return [...this.models.values()];
  }

  /** The model that a request means which names none: the default one or, where it is absent, the only one. */
  resolve(name: string | undefined): string {
    if (name !== undefined) return name;
    const [only, another] = this.models.keys();
    return only !== undefined && !another ? only : this.settings.defaultModel;
  }

  /** @throws ServingError MODEL_NOT_FOUND */
  find(name: string, version?: number): ServedModel {
    const model = this.models.get(name);
    if (!model) {
      throw new ServingError(
        'MODEL_NOT_FOUND',
        `There is no model "${name}". GET /models lists those that are served.`,
      );
    }
    if (version !== undefined && version !== model.version) {
      const served = model.version === undefined ? 'none' : `version ${model.version}`;
      throw new ServingError(
        'MODEL_NOT_FOUND',
        `There is no version ${version} of the model "${name}"; it has ${served}.`,
      );
    }
    return model;
  }

  /** @throws ServingError MODEL_NOT_FOUND, MODEL_NOT_READY */
  acquire(name: string, version?: number): AvailableModel {
    const model = this.find(name, version);
    if (model.state === 'AVAILABLE') return model as AvailableModel;
    if (model.state === 'END') {
      const sentence = `The model "${name}" could not be loaded. GET /models/${name} says why.`;
      throw new ServingError('MODEL_NOT_READY', sentence, { retryAfter: 30 });
    }
    throw new ServingError('MODEL_NOT_READY', `The model "${name}" is being loaded. Try again.`, {
      retryAfter: 2,
    });
  }

  private async loadAll(found: readonly FoundModel[]): Promise<void> {
    for (const { name, version } of found) {
      if (this.stopping) return;
      const model = this.find(name);
      if ('fault' in version) {
        this.refuse(model, version.fault);
        continue;
      }
      model.loading();
      try {
        const ready = await this.loader.load(name, model.engineName, version);
        model.available(ready);
        this.logger.log(summary(model as AvailableModel));
        if (!ready.loaded.graph.optimised)
          this.logger.log(`${name} is served as it was exported: ${ready.loaded.graph.reason}`);
        for (const reason of Object.values(ready.loaded.refused)) this.logger.warn(`${name}: ${reason}`);
      } catch (error) {
        if (this.stopping) return;
        if (error instanceof ConfigError || error instanceof EngineError) this.refuse(model, error.message);
        else this.refuse(model, 'An unexpected error; the log has it.', error);
      }
    }
    const available = this.all().filter(({ state }) => state === 'AVAILABLE').length;
    if (found.length > 0) this.logger.log(`${available} of ${found.length} models can be used.`);
  }

  private refuse(model: ServedModel, reason: string, error?: unknown): void {
    model.fail(reason);
    this.logger.error(
      `The model ${model.name} cannot be used: ${reason}`,
      ...(error instanceof Error ? [error.stack] : []),
    );
  }
}

function summary({ name, version, ready }: AvailableModel): string {
  const { plan, labels, loaded, loadMs, warmUpMs } = ready;
  const labelled = labels ? `, ${labels.size} labels` : '';
  const times = `loaded in ${Math.round(loadMs)} ms, warm after ${Math.round(warmUpMs)} ms`;
  return `${name} version ${version}: ${plan.task}${labelled}, on ${loaded.device}, ${times}.`;
}
