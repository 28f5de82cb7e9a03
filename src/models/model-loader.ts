import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Batcher } from '../batching/batcher.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import { ConfigError } from '../config/expect.js';
import type { Settings } from '../config/settings.js';
import { type Engine, EngineError, type LoadedModel, type NamedTensors } from '../engine/engine.js';
import { ENGINE } from '../engine/engine.token.js';
import { checkLength, type Labels } from '../labels/labels.js';
import { LabelsService } from '../labels/labels.service.js';
import { Metrics } from '../metrics/metrics.js';
import { type ModelConfig, parseModelConfig } from './model-config.js';
import { type ModelPlan, planModel } from './model-plan.js';
import type { FoundVersion } from './model-source.js';
import type { ReadyModel } from './served-model.js';
import { warmUpInputs } from './warm-up.js';

const DEFAULT_MAX_BATCH_SIZE = 8;

/** Makes a version ready to serve: its configuration read, loaded, labelled and warmed up. */
@Injectable()
export class ModelLoader {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly labels: LabelsService,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @param engineName the name under which the engine shall keep it
   * @throws ConfigError or EngineError with one sentence for the user; the engine then holds nothing of it
   */
  async load(name: string, engineName: string, version: FoundVersion): Promise<ReadyModel> {
    const config = await this.readConfig(name, version.modelDirectory);
    const started = performance.now();
    const loaded = await this.engine.load(engineName, version.directory, {
      allowOps: config.allowOps ?? [],
      optimise: config.optimise !== 'off',
      cacheDirectory: join(this.settings.tensornestCacheDir, 'models'),
    });
    const loadMs = performance.now() - started;
    try {
      const plan = planModel(config, loaded);
      const warm = performance.now();
      const outputs = await this.warmUp(engineName, plan);
      const warmUpMs = performance.now() - warm;
      const labels = await this.readLabels(name, config, plan, outputs);
      const batchers = this.makeBatchers(name, engineName, loaded, config);
      return { plan, labels, loaded, batchers, loadMs, warmUpMs };
    } catch (error) {
      await this.engine.unload(engineName).catch(() => {});
      throw error;
    }
  }

  private async readConfig(name: string, directory: string): Promise<Partial<ModelConfig>> {
    const file = `${basename(this.settings.modelsDir)}/${name}/model.yaml`;
    try {
      return parseModelConfig(await readFile(join(directory, 'model.yaml'), 'utf8'), file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(`${file} cannot be read.`);
    }
  }

  private async readLabels(
    name: string,
    config: Partial<ModelConfig>,
    plan: ModelPlan,
    warmUpOutputs: NamedTensors | null,
  ): Promise<Labels | null> {
    if (plan.task !== 'classification' || config.labels === 'none') return null;
    const { labels, file } = await this.labels.load(name, config.labels);
    // Where the signature leaves the number of classes open, the first run has told it.
    const classes = plan.classes ?? warmUpOutputs?.[plan.output]?.shape.at(-1);
    if (classes !== undefined) checkLength(labels, classes, file, name);
    return labels;
  }

  /** One run: TensorFlow plans and allocates at the first, which no client shall wait for. `null` where none was possible. */
  private async warmUp(engineName: string, plan: ModelPlan): Promise<NamedTensors | null> {
    const inputs = await warmUpInputs(plan);
    try {
      return inputs && (await this.engine.run(engineName, plan.signatureName, inputs));
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === 'load' || error.kind === 'crashed') throw error;
      // An image-to-image model may ask for pictures of a size of its own, which nothing tells.
      if (plan.task === 'image-to-image') return null;
      throw new EngineError('load', `Its warm-up failed. ${error.message}`);
    }
  }

  private makeBatchers(
    name: string,
    engineName: string,
    loaded: LoadedModel,
    config: Partial<ModelConfig>,
  ): ReadonlyMap<string, Batcher> {
    const options = {
      maxBatchSize: config.batching?.maxBatchSize ?? DEFAULT_MAX_BATCH_SIZE,
      maxQueue: this.settings.maxQueue,
      onBatch: ({ rows }: { rows: number }) => this.metrics.batchRows.observe({ model: name }, rows),
    };
    return new Map(
      Object.entries(loaded.signatures).map(([signatureName, signature]) => {
        const run = (inputs: NamedTensors): Promise<NamedTensors> =>
          this.engine.run(engineName, signatureName, inputs);
        return [signatureName, new Batcher(run, signature, options)];
      }),
    );
  }
}
