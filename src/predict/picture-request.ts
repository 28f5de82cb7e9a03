import type { NamedTensors } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import type { Ranked } from '../labels/rank.js';
import type { LineRequest } from '../line/line-request.js';
import { pictureTarget } from '../line/picture-target.js';
import type { ModelHandle } from '../models/model-handle.js';
import { hasDefault } from '../models/model-plan.js';
import { rankScores, scoresOf } from '../models/scores.js';
import { isImageInput } from '../preprocessing/image-input.js';
import type { Steps } from '../turns/slices.js';
import { noSignature } from './no-signature.js';
import { outputsToJson } from './numbers-request.js';

/** What a model makes of a picture. */
export type PictureAnswer =
  | { readonly kind: 'labels'; readonly prediction: string; readonly top: readonly Ranked[] }
  | { readonly kind: 'picture'; readonly bytes: Uint8Array }
  | { readonly kind: 'numbers'; readonly outputs: unknown };

/** A picture, and what its model takes beside it. */
export interface PictureRow {
  readonly picture: Uint8Array;
  readonly beside: NamedTensors;
}

/**
 * A picture for the signature that the model is served with.
 * @param topK how many labels; the model's own number by default
 * @throws ServingError FIELD_INVALID where the model takes none
 */
export function pictureRequest<T>(
  model: ModelHandle,
  { picture, beside }: PictureRow,
  topK: number | undefined,
  write: (answer: PictureAnswer) => Steps<T>,
): LineRequest<T> {
  const { plan } = model.ready;
  const target = pictureTarget(plan);
  if (!target) throw takesNumbers(model);
  return {
    signatureName: plan.signatureName,
    signature: plan.signature,
    inputs: beside,
    pictures: { target, bytes: [picture], batched: false, numbered: false },
    *write(outputs) {
      return yield* write(yield* answerOf(model, outputs, topK));
    },
  };
}

function takesNumbers(model: ModelHandle): ServingError {
  const { plan } = model.ready;
  const { name } = model;
  if (!hasDefault(plan)) return noSignature(model, undefined);
  const fitting = plan.signature.inputs.filter(isImageInput).map((input) => input.name);
  const why =
    fitting.length > 1
      ? `Its model.yaml does not say which of ${fitting.join(', ')} takes the picture (input: ${fitting[0]}).`
      : `GET /models/${name} shows its inputs.`;
  const sentence = `The model "${name}" takes numbers, not pictures: send {"input": …}. ${why}`;
  return new ServingError('FIELD_INVALID', sentence);
}

function* answerOf(
  { ready }: ModelHandle,
  outputs: NamedTensors,
  topK: number | undefined,
): Steps<PictureAnswer> {
  const { plan, labels } = ready;
  switch (plan.task) {
    case 'classification': {
      const top = rankScores(plan, scoresOf(plan, outputs), labels, topK ?? plan.topK);
      return { kind: 'labels', prediction: top[0]?.label ?? 'Unknown', top };
    }
    case 'image-to-image':
      return { kind: 'picture', bytes: (outputs[plan.output]!.data as readonly Uint8Array[])[0]! };
    case 'tensor':
      return { kind: 'numbers', outputs: yield* outputsToJson(outputs, true) };
  }
}
