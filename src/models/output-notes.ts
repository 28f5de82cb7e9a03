import { describeTensor } from '../engine/tensor.js';
import type { FoundLabels } from '../labels/labels.service.js';
import { isBatched } from '../preprocessing/image-input.js';
import type { ModelConfig } from './model-config.js';
import { type ModelPlan, pixelInput } from './model-plan.js';
import type { Note } from './notes.js';
import { boxesBeside, scoresOutputs } from './score-form.js';

/** What was guessed of a picture's input and of the outputs, and what to say in `model.yaml` where the guess is wrong. */
export function guessNotes(plan: ModelPlan, { task }: Partial<ModelConfig>, found: FoundLabels): Note[] {
  if (task !== undefined) return [];
  const notes: Note[] = [];
  const picture = pixelInput(plan);
  if (picture?.preprocessing.normalise.layout === 'nhw') {
    const { name } = picture.spec;
    const text = `its input ${name}, ${describeTensor(picture.spec)}, is taken for grey pictures; it takes numbers as well.`;
    notes.push({ level: 'log', text });
  }
  const ways = plan.task === 'tensor' ? waysOut(plan) : undefined;
  if (ways !== undefined && !found.isThere)
    notes.push({ level: 'log', text: `it answers its outputs as numbers: ${ways}` });
  return notes;
}

/** A label file that lies there in vain: whoever wrote it expects labels. */
export function unusedLabelsNote(
  plan: ModelPlan,
  { task, labels }: Partial<ModelConfig>,
  { file, isThere }: FoundLabels,
): Note | undefined {
  if (!isThere || (plan.task === 'classification' && labels !== 'none')) return undefined;
  const said = labels === 'none' ? 'labels: none' : task && `task: ${task}`;
  if (said !== undefined) return { level: 'log', text: `${file} is not used: model.yaml says ${said}.` };
  return { level: 'warn', text: `${file} is not used: ${whyUnused(plan)}` };
}

function whyUnused(plan: ModelPlan): string {
  if (plan.task === 'image-to-image') return 'its pictures become pictures (task: image-to-image).';
  if (!pixelInput(plan)) return 'it takes numbers, not pictures (task: tensor).';
  return waysOut(plan) ?? `no output is one row of scores for each picture (${described(plan)}).`;
}

/** Why a model of pictures is none that answers labels by itself, and how it becomes one; `undefined` where it cannot. */
function waysOut(plan: ModelPlan): string | undefined {
  const picture = pixelInput(plan);
  if (!picture) return undefined;
  const { outputs } = plan.signature;
  const batched = isBatched(picture.spec.shape, picture.preprocessing.normalise.layout);
  const candidates = scoresOutputs(outputs, batched).map(({ spec }) => spec.name);
  const boxes = outputs.map((spec) => boxesBeside(spec, outputs, batched)).find((one) => one !== undefined);
  if (boxes) {
    return `its outputs look like detections (${boxes.name} has a box for each score), for which there is no task yet. "task: tensor" in model.yaml says so; "task: classification" and "output: <name>" name an output that holds the scores of a whole picture.`;
  }
  const [first, another] = candidates;
  if (first === undefined || another === undefined) return undefined;
  return `${candidates.join(' and ')} may each hold the scores. Say "output: ${first}" in model.yaml to be answered labels by that one, or "task: tensor" if none does.`;
}

function described({ signature }: ModelPlan): string {
  return signature.outputs.map((spec) => `${spec.name} is ${describeTensor(spec)}`).join(', ');
}
