import { checkBinary, checkLength, type Labels } from '../labels/labels.js';
import type { FoundLabels, LabelsService } from '../labels/labels.service.js';
import type { LabelsAtHand } from './guess-task.js';
import type { ModelConfig } from './model-config.js';
import type { ModelPlan } from './model-plan.js';

/** The label file of a model, before it is known whether its task has labels: with `labels: none` it is not read. */
export async function findLabels(
  service: LabelsService,
  name: string,
  { labels: given }: Partial<ModelConfig>,
): Promise<FoundLabels> {
  if (given !== 'none') return service.find(name, given);
  const { file, isThere } = await service.find(name, undefined);
  return { file, isThere, labels: null };
}

export function labelsAtHand({ isThere, labels }: FoundLabels): LabelsAtHand {
  return { isThere, count: labels?.size };
}

/**
 * The labels of a classification; `null` where it shall have none.
 * @throws ConfigError where there are none, or not one for each class
 */
export function labelsOf({ labels, file, fault }: FoundLabels, name: string, plan: ModelPlan): Labels | null {
  if (plan.task !== 'classification') return null;
  if (fault) throw fault;
  if (labels && plan.isBinary) checkBinary(labels, file, name);
  else if (labels && plan.classes !== null) checkLength(labels, plan.classes, file, name);
  return labels;
}
