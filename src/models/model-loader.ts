import { Inject, Injectable } from '@nestjs/common';
import { Admission } from '../batching/admission.js';
import { batchMetrics, countRefusal } from '../batching/batch-metrics.js';
import type { Batching } from '../batching/batching.js';
import { rulesOf } from '../batching/batching-rules.js';
import { BATCHING } from '../batching/batching.token.js';
import { Scheduler } from '../batching/scheduler.js';
import type { WorkplacesOptions } from '../batching/workplaces.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { type Engine, EngineError, type LoadedModel, type NamedTensors } from '../engine/engine.js';
import { ENGINE } from '../engine/engine.token.js';
import { LabelsService } from '../labels/labels.service.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { Metrics } from '../metrics/metrics.js';
import { decodeConcurrencyOf } from '../preprocessing/decode-concurrency.js';
import { Permits } from '../turns/permits.js';
import { GoldensService } from './goldens/goldens.service.js';
import { assumptionsOf } from './assumptions.js';
import { findLabels, labelsAtHand, labelsOf } from './labels-of.js';
import { loadOptionsOf } from './load-options.js';
import type { ModelConfig } from './model-config.js';
import { hasDefault, type ModelPlan, planModel } from './model-plan.js';
import { assertPinned } from './manifest/pins.js';
import { notesOf } from './notes.js';
import { planAsSeen } from './plan-as-seen.js';
import type { ReadyModel, Servable } from './servable.js';
import { runRecordedWarmUp } from './warm-up/recorded-warm-up.js';
import { warmUpBatches, warmUpInputs } from './warm-up/warm-up.js';

type Run = (signature: string, inputs: NamedTensors) => Promise<NamedTensors>;

/** For every run that the engine does, one batch that it works on and one that is made ready. */
const PLACES = 2;

/** How the engine of one version is used. */
interface EngineUse {
  readonly warmUp: Run;
  /** After what may go wrong: it meets other models from then on. @returns how it is held then, where that is another way */
  admit(): Promise<LoadedModel | null>;
  readonly batching: Batching;
  unload(): Promise<void>;
}

/** What is known of a version before it is loaded. */
export interface LoadHints {
  /** Whether others are served whom it could harm. */
  readonly tryFirst: boolean;
  /** How many goldens came out right when the same files were loaded before; `undefined`: they never were. */
  readonly proven: number | undefined;
}

/** Makes a version ready to serve: loaded, labelled and warmed up. */
@Injectable()
export class ModelLoader {
  /** An engine loads one model at a time; more at once would only take each other's memory. */
  private readonly turns = new Permits(1);

  constructor(
    @Inject(ENGINE) private readonly engine: ServingEngine,
    @Inject(BATCHING) private readonly batching: Batching,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly labels: LabelsService,
    private readonly goldens: GoldensService,
    private readonly metrics: Metrics,
  ) {}

  /** @throws ConfigError or EngineError with one sentence for the user; no engine then holds anything of it */
  load(servable: Servable, config: Partial<ModelConfig>, hints: LoadHints): Promise<ReadyModel> {
    if (config.engine === 'upstream') return this.loadUpstream(servable, config, hints);
    const never = new AbortController().signal;
    const { engine } = this;
    return this.turns.run(
      () =>
        this.loadInto(engine, servable, config, hints, {
          warmUp: (signature, inputs) => engine.warmUp(servable.engineName, signature, inputs),
          admit: () => engine.admit(servable.engineName),
          batching: this.batching,
          unload: () => engine.unload(servable.engineName),
        }),
      never,
    );
  }

  private async loadUpstream(
    servable: Servable,
    config: Partial<ModelConfig>,
    hints: LoadHints,
  ): Promise<ReadyModel> {
    // With an HTTP client of more than a hundred modules, which a server without such models does not wait for.
    const { UpstreamEngine } = await import('../engine/upstream/upstream.engine.js');
    const engine = new UpstreamEngine(config.upstream!, { name: servable.name });
    try {
      return await this.loadInto(engine, servable, config, hints, {
        warmUp: (signature, inputs) => engine.run(servable.engineName, signature, inputs),
        admit: async () => null,
        batching: this.batchingOf(engine),
        unload: () => engine.close(),
      });
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  private async loadInto(
    engine: Engine,
    servable: Servable,
    given: Partial<ModelConfig>,
    { tryFirst, proven }: LoadHints,
    { warmUp, admit, batching, unload }: EngineUse,
  ): Promise<ReadyModel> {
    const { name, engineName, found, key } = servable;
    const { number: version, directory, root } = found;
    await assertPinned(given.sha256, { name, version, directory, root });
    const started = performance.now();
    const options = { ...loadOptionsOf(given, this.settings, found.root), fingerprint: key, tryFirst };
    const loaded = await engine.load(engineName, found.directory, options);
    const loadMs = performance.now() - started;
    try {
      // Once more: who exchanged them after the first time has put other files before the engine.
      await assertPinned(given.sha256, { name, version, directory, root });
      const assumed = await assumptionsOf(found, name, given, loaded, this.labels);
      const { config } = assumed;
      const labelFile = await findLabels(assumed.labels, name, config);
      const atHand = labelsAtHand(labelFile);
      const planned = planModel(config, loaded, atHand);
      const warm = performance.now();
      const rules = rulesOf(config.batching, loaded.device);
      const sizes = planned.joining.joined ? rules.allowedBatchSizes : [];
      const outputs = mayWarmUp(planned, loaded) ? await runWarmUp(planned, sizes, warmUp) : null;
      const plan = planAsSeen(config, loaded, atHand, planned, outputs);
      const run: Run = (signature, inputs) => engine.run(engineName, signature, inputs);
      await runRecordedWarmUp(run, loaded, found);
      const warmUpMs = performance.now() - warm;
      const labels = labelsOf(labelFile, name, plan);
      const goldens = proven ?? (await this.goldens.prove(name, found, config, { plan, labels, run }));
      const admitted = await admit();
      if (admitted) await runRecordedWarmUp(run, admitted, found); // It was another process until now.
      const served = admitted ?? loaded;
      const { signatures, stateful } = served;
      batching.open(engineName, { name, signatures, rows: served.rows, stateful, rules });
      const measured = hasDefault(plan) ? plan.signatureName : Object.keys(signatures)[0]!;
      const admission = this.admissionTo(name, {
        count: PLACES * engine.runsAtOnce * rules.maxBatchSize + decodeConcurrencyOf(this.settings),
        expectedMs: (rows, call, standing) => batching.expectedMs(engineName, measured, rows, call, standing),
      });
      const end = (): Promise<void> => {
        batching.close(engineName);
        return unload();
      };
      return {
        plan,
        labels,
        goldens,
        loaded: admitted ?? loaded,
        notes: [...notesOf(config, loaded, plan, goldens, labelFile), ...assumed.notes],
        batching,
        admission,
        loadMs,
        warmUpMs,
        unload: end,
      };
    } catch (error) {
      await unload().catch(() => {});
      throw error;
    }
  }

  /** Another server's runs go beside those of the engines here. */
  private batchingOf(engine: Engine): Batching {
    return new Scheduler({
      run: (engineName, signature, inputs) => engine.run(engineName, signature, inputs),
      slots: engine.runsAtOnce,
      sendsAhead: false,
      ...batchMetrics(this.metrics),
    });
  }

  private admissionTo(name: string, workplaces: WorkplacesOptions): Admission {
    const { maxQueue: maxRows, maxQueueBytes: maxBytes } = this.settings;
    const onWaiting = (rows: number): void => this.metrics.queuedRows.inc({ model: name }, rows);
    return new Admission({ maxRows, maxBytes }, { ...workplaces, onWaiting }, (reason) =>
      countRefusal(this.metrics, name, reason),
    );
  }
}

/** A made-up run must not change what clients are answered. */
function mayWarmUp(plan: ModelPlan, { stateful }: LoadedModel): boolean {
  return hasDefault(plan) && !stateful.includes(plan.signatureName);
}

/**
 * One run, or one of each size that batches may have: TensorFlow plans and allocates at the first, which no client shall wait for.
 * @returns what the first one gave; `null` where none was possible
 */
async function runWarmUp(
  plan: ModelPlan,
  sizes: readonly number[],
  warmUp: Run,
): Promise<NamedTensors | null> {
  const inputs = await warmUpInputs(plan);
  try {
    if (!inputs) return null;
    const outputs = await warmUp(plan.signatureName, inputs);
    for (const batch of warmUpBatches(inputs, sizes)) {
      await warmUp(plan.signatureName, batch).catch(unlessRunFailed);
    }
    return outputs;
  } catch (error) {
    if (!(error instanceof EngineError) || (error.kind !== 'run' && error.kind !== 'input')) throw error;
    // An image-to-image model may ask for pictures of a size of its own, which nothing tells.
    if (plan.task === 'image-to-image') return null;
    throw new EngineError('load', `Its warm-up failed. ${error.message}`);
  }
}

/** A model that cannot run several at once is served all the same: their requests then run one by one. */
function unlessRunFailed(error: unknown): void {
  if (!(error instanceof EngineError) || (error.kind !== 'run' && error.kind !== 'input')) throw error;
}
