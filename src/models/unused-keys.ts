import type { PreprocessingConfig, Resize } from '../preprocessing/preprocessing-config.js';
import type { ModelConfig } from './model-config.js';
import { type ModelPlan, pictureInputName, pixelInput } from './model-plan.js';

/** The ways to the size that leave room around a picture. */
const PADDING: readonly Resize[] = ['letterbox', 'keras-pad', 'pad'];

/** What `model.yaml` says in vain, as the model is served: a clause for each key. */
export function unusedKeys(config: Partial<ModelConfig>, plan: ModelPlan): string[] {
  const unused: (readonly [key: string, why: string])[] = [];
  const isSaid = (key: keyof ModelConfig): boolean => config[key] !== undefined;
  const task = `its task is ${plan.task}`;
  if (plan.task !== 'classification')
    for (const key of ['topK', 'logits'] as const) if (isSaid(key)) unused.push([key, task]);
  if (plan.task === 'tensor' && isSaid('output'))
    unused.push(['output', `${task}, which answers all outputs`]);
  if (plan.task !== 'image-to-image' && isSaid('encoding')) unused.push(['encoding', task]);
  if (pictureInputName(plan) === undefined && isSaid('maxPixels'))
    unused.push(['maxPixels', 'none of its inputs takes a picture']);
  if (isSaid('preprocessing')) {
    const pixels = pixelInput(plan);
    const why =
      plan.task === 'image-to-image' ? 'its pictures go in encoded' : 'none of its inputs takes a picture';
    if (pixels) unused.push(...unusedOfPixels(config.preprocessing!, pixels.preprocessing.size !== null));
    else unused.push(['preprocessing', why]);
  }
  if (config.engine === 'upstream')
    for (const key of ['optimise', 'allowOps'] as const)
      if (isSaid(key)) unused.push([key, 'another server runs it']);
  return unused.map(([key, why]) => `${key} in model.yaml is without effect: ${why}.`);
}

/** @param isOfOneSize whether pictures are brought to a size */
function unusedOfPixels(
  { resize = 'stretch', pad, resampling, pillow, antialias }: Partial<PreprocessingConfig>,
  isOfOneSize: boolean,
): (readonly [key: string, why: string])[] {
  if (isOfOneSize) {
    const why = `resize: ${resize} leaves no room around a picture, as ${PADDING.join(', ')} do`;
    return pad !== undefined && !PADDING.includes(resize) ? [['preprocessing.pad', why]] : [];
  }
  const given = { pad, resampling, pillow, antialias };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => [`preprocessing.${key}`, 'pictures keep their size']);
}
