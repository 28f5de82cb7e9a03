import type { NamedTensors } from '../../engine/engine.js';
import type { InputSpec, Tensor } from '../../engine/tensor.js';
import { ConfigError } from '../../config/expect.js';
import type { Labels } from '../../labels/labels.js';
import { softmax } from '../../labels/softmax.js';
import type { PreprocessingPlan } from '../../preprocessing/plan.js';
import type { PreprocessingConfig } from '../../preprocessing/preprocessing-config.js';
import { type ModelPlan, pixelInput } from '../model-plan.js';

/** A loaded model as goldens are held against it. */
export interface Subject {
  readonly plan: ModelPlan;
  readonly labels: Labels | null;
  /** The section `preprocessing` of its `model.yaml`. */
  readonly preprocessing: PreprocessingConfig;
  /** @returns pixels as the line gives them to the engine */
  toPixels(picture: Uint8Array, plan: PreprocessingPlan, maxPixels: number | undefined): Promise<Tensor>;
  run(signature: string, inputs: NamedTensors): Promise<NamedTensors>;
}

/** What goldens need of a plan. */
export interface PictureInput {
  readonly spec: InputSpec;
  readonly preprocessing: PreprocessingPlan;
}

/** @throws ConfigError where a model takes no pictures as pixels, so that there is nothing to be held against them */
export function pictureInputOf({ plan }: Subject): PictureInput {
  const input = pixelInput(plan);
  if (input) return input;
  throw new ConfigError(
    `Goldens are for models that take a picture as pixels; this one takes ${plan.task === 'image-to-image' ? 'encoded pictures' : 'numbers'}.`,
  );
}

/** The pixels as the signature takes them: without a batch dimension where it has none. */
export function inputOf({ name, shape }: InputSpec, pixels: Tensor): NamedTensors {
  return { [name]: shape?.length === 3 ? { ...pixels, shape: pixels.shape.slice(1) } : pixels };
}

/** What the model makes of pixels, as clients are told; `undefined` where it is no classification. */
export async function probabilitiesOf(
  { plan, run }: Subject,
  spec: InputSpec,
  pixels: Tensor,
): Promise<ArrayLike<number> | undefined> {
  const outputs = await run(plan.signatureName, inputOf(spec, pixels));
  if (plan.task !== 'classification') return undefined;
  const scores = outputs[plan.output]!.data as Float32Array;
  return plan.logits ? softmax(scores) : scores;
}

export function labelOf({ labels }: Subject, index: number): string {
  return labels?.name(index) ?? String(index);
}
