import type { Signature } from '../engine/engine.js';
import type { InputSpec, TensorSpec } from '../engine/tensor.js';
import { isBatched, isGreyInput, isImageInput } from '../preprocessing/image-input.js';
import type { ModelConfig, Task } from './model-config.js';
import { pickScores, scoreForm, scoresOutputs } from './score-form.js';

/** What is known of a model's labels before it is planned. */
export interface LabelsAtHand {
  /** Whether the label file is there that is the model's own, or that `model.yaml` names. */
  readonly isThere: boolean;
  /** How many labels it has, if it can be read. */
  readonly count?: number | undefined;
}

/** The input that takes a picture, of a model that does not say which. */
interface PictureOf {
  readonly input: InputSpec;
  /** What may be grey pictures without channels may be rows of a sequence as well. */
  readonly isGrey: boolean;
}

/** `undefined` where none does, or where several may. */
export function pictureOf({ inputs, outputs }: Signature): PictureOf | undefined {
  const [input, another] = inputs.filter(isImageInput);
  if (input) return another ? undefined : { input, isGrey: false };
  const [only, other] = inputs;
  if (!only || other || !isGreyInput(only)) return undefined;
  const hasScores = scoresOutputs(outputs, isBatched(only.shape, 'nhw')).length > 0;
  return hasScores ? { input: only, isGrey: true } : undefined;
}

/**
 * The task of a model that does not say. What mostly holds scores makes a classification; what may hold them does where labels, or keys of
 * `model.yaml`, ask for one. Where several outputs may, and nothing tells which does, all are answered as numbers.
 */
export function guessTask(config: Partial<ModelConfig>, signature: Signature, labels: LabelsAtHand): Task {
  const { inputs, outputs } = signature;
  if (inputs.length === 1 && outputs.length === 1 && isString(inputs[0]!) && isString(outputs[0]!))
    return 'image-to-image';
  const picture = pictureOf(signature);
  if (!picture) return 'tensor';
  const isAsked =
    labels.isThere || [config.labels, config.logits, config.topK].some((key) => key !== undefined);
  // What is given more than a picture answers a regression as often.
  if (!isAsked && (picture.isGrey || inputs.length > 1)) return 'tensor';
  const batched = isBatched(picture.input.shape, picture.isGrey ? 'nhw' : 'nhwc');
  const candidates = scoresOutputs(outputs, batched);
  if (config.output !== undefined) {
    // A name that is wrong is refused by who looks for it.
    const named = outputs.find(({ name }) => name === config.output);
    const isMeant = !named || scoreForm(named, batched) !== null || candidates.length > 0;
    return isMeant ? 'classification' : 'tensor';
  }
  const asked = isAsked ? candidates : candidates.filter(({ sure }) => sure);
  return pickScores(asked, labels.count) ? 'classification' : 'tensor';
}

export function isString({ dtype }: TensorSpec): boolean {
  return dtype === 'string';
}
