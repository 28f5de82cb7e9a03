import type { LoadedModel, NamedTensors } from '../engine/engine.js';
import { checkLength, type Labels } from '../labels/labels.js';
import type { LabelsService } from '../labels/labels.service.js';
import type { ModelConfig } from './model-config.js';
import { inputsBeside, type ModelPlan, planModel } from './model-plan.js';

/**
 * How a model is served. One that takes more than a picture is guessed to be a classification only where it has a label file: its rows of
 * numbers are a regression as often.
 * @throws ConfigError
 */
export async function planWithLabels(
  service: LabelsService,
  name: string,
  config: Partial<ModelConfig>,
  loaded: LoadedModel,
): Promise<ModelPlan> {
  const plan = planModel(config, loaded);
  const isGuess = config.task === undefined && config.labels === undefined && inputsBeside(plan).length > 0;
  if (plan.task !== 'classification' || !isGuess || (await service.has(name))) return plan;
  return planModel({ ...config, task: 'tensor' }, loaded);
}

/**
 * The labels of a classification; `null` where it shall have none.
 * @param outputs of a first run, which tell the number of classes where the signature leaves it open
 * @throws ConfigError where there are none, or not one for each class
 */
export async function labelsOf(
  service: LabelsService,
  name: string,
  config: Partial<ModelConfig>,
  plan: ModelPlan,
  outputs: NamedTensors | null,
): Promise<Labels | null> {
  if (plan.task !== 'classification' || config.labels === 'none') return null;
  const { labels, file } = await service.load(name, config.labels);
  const classes = plan.classes ?? outputs?.[plan.output]?.shape.at(-1);
  if (classes !== undefined) checkLength(labels, classes, file, name);
  return labels;
}
