import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { EngineInfo } from '../engine/engine.js';
import { ENGINE } from '../engine/engine.token.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { ServingError } from '../errors/serving-error.js';
import { Metrics } from '../metrics/metrics.js';
import { adoptNames } from './adopted-names.js';
import { ModelHandle, type OnRun } from './model-handle.js';
import { ModelRepository } from './model-repository.js';
import type { Servable } from './servable.js';
import type { ServedModel, Wanted } from './served-model.js';
import { type Caller, isWithin, NOBODY } from './traffic.js';

/** Who may use which version of a model now. */
@Injectable()
export class ModelsService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Models');
  /** What runs the models; known once the provider is initialised. */
  engineInfo: (EngineInfo & Pick<ServingEngine, 'runsAtOnce'>) | undefined;

  constructor(
    @Inject(ENGINE) private readonly engine: ServingEngine,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly repository: ModelRepository,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Finds the models and begins to load them in the background: meanwhile the server answers, `/health/ready` with 503.
   * @throws ConfigError if the models folder is not there, EngineError if the runtime cannot be used here
   */
  async onModuleInit(): Promise<void> {
    await this.repository.open();
    const { note, ...info } = await this.engine.info();
    this.engineInfo = { ...info, runsAtOnce: this.engine.runsAtOnce };
    this.engine.onLost = (engineName, reason) => this.repository.lost(engineName, reason);
    const { runtime, version, device } = info;
    const said = `The engine is ${runtime} ${version} on ${device}.${note === undefined ? '' : ` ${note.text}`}`;
    if (note?.isFault) this.logger.warn(said);
    else this.logger.log(said);
    this.repository.start();
  }

  /** No further model is loaded. */
  async onModuleDestroy(): Promise<void> {
    await this.repository.stop();
  }

  /** Every model, in the order of their names. */
  all(): readonly ServedModel[] {
    return this.repository.all();
  }

  /** Whether the engine answers runs, or will soon. */
  isServing(): Promise<boolean> {
    return this.engine.isServing();
  }

  /** Once every model that was there at the start has been tried. */
  get whenStarted(): Promise<void> {
    return this.repository.whenStarted;
  }

  /** Whether it has. */
  get isStarted(): boolean {
    return this.repository.isStarted;
  }

  /** The model that a request means which names none: the default one or, where it is absent, the only one. */
  resolve(name: string | undefined): string {
    if (name !== undefined) return name;
    const [only, another] = this.all();
    return only !== undefined && !another ? only.name : this.settings.defaultModel;
  }

  /** @throws ServingError MODEL_NOT_FOUND */
  find(name: string): ServedModel {
    const model = this.repository.find(name);
    if (model) return model;
    throw new ServingError(
      'MODEL_NOT_FOUND',
      `There is no model ${JSON.stringify(name.slice(0, 128))}. GET /models lists those that are served.`,
    );
  }

  /**
   * Whether a request would be taken, to be asked before its body is read.
   * @throws ServingError MODEL_NOT_FOUND, LABEL_NOT_FOUND, MODEL_NOT_READY
   */
  check(wanted: Wanted): void {
    this.find(wanted.name).route(wanted, NOBODY);
  }

  /**
   * The version that answers a request; one that rests is loaded first. The caller releases it.
   * @throws ServingError MODEL_NOT_FOUND, LABEL_NOT_FOUND, MODEL_NOT_READY; or the signal's reason
   */
  async acquire(wanted: Wanted, caller: Caller, signal: AbortSignal): Promise<ModelHandle> {
    const model = this.find(wanted.name);
    for (;;) {
      const { servable, route } = model.route(wanted, caller);
      if (servable.state === 'AVAILABLE') {
        if (route === 'default' || route === 'canary') model.routed[route] += 1;
        this.metrics.modelRequests.inc({ model: model.name, version: String(servable.version), route });
        if (route === 'canary') return canaryHandle(model, servable);
        return new ModelHandle(servable, route === 'default' ? shadowing(model, servable) : undefined);
      }
      this.repository.wake(servable);
      await servable.settled(signal);
    }
  }
}

/** Callers do not know that they were sent to a canary: they go on saying the names of the version that they had before. */
function canaryHandle(model: ServedModel, servable: Servable): ModelHandle {
  const ready = model.foremost?.ready;
  const { version, ready: own } = servable;
  const names =
    ready && own && adoptNames({ version: model.foremost.version, ready }, { version, ready: own });
  return new ModelHandle(servable, undefined, names);
}

/** Copies what is run to the model's shadow, if this request is of its share. */
function shadowing(model: ServedModel, { version, ready }: Servable): OnRun | undefined {
  const { shadow } = model;
  const copiedTo = model.versionOf(shadow?.config);
  if (!shadow || copiedTo === undefined || !isWithin(shadow.config.share, Math.random())) return undefined;
  return (signature, inputs, outputs) => {
    const servable = model.find(copiedTo);
    if (servable) shadow.compare(servable, { by: { version, ready: ready! }, signature, inputs, outputs });
  };
}
