import type { NamedTensors } from '../engine/engine.js';
import { checkLength, type Labels } from '../labels/labels.js';
import type { LabelsService } from '../labels/labels.service.js';
import type { ModelConfig } from './model-config.js';
import type { ModelPlan } from './model-plan.js';

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
