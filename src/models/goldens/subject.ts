import type { NamedTensors } from '../../engine/engine.js';
import type { InputSpec, Tensor } from '../../engine/tensor.js';
import { ConfigError } from '../../config/expect.js';
import type { Labels } from '../../labels/labels.js';
import type { PreprocessingPlan } from '../../preprocessing/plan.js';
import type { PreprocessingConfig } from '../../preprocessing/preprocessing-config.js';
import { inputsBeside, inputsOfPixels, type ModelPlan, type PixelInput, pixelInput } from '../model-plan.js';
import { scoresOf } from '../scores.js';

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

/** @throws ConfigError where a model takes no pictures as pixels, so that there is nothing to be held against them */
export function pictureInputOf({ plan }: Subject): PixelInput {
  const input = pixelInput(plan);
  const others = inputsBeside(plan).map(({ name }) => name);
  if (input && others.length > 0)
    throw new ConfigError(
      `Goldens are for models that take a picture alone; this one takes ${others.join(', ')} beside it.`,
    );
  if (input) return input;
  throw new ConfigError(
    `Goldens are for models that take a picture as pixels; this one takes ${plan.task === 'image-to-image' ? 'encoded pictures' : 'numbers'}.`,
  );
}

/** What the model makes of pixels, as clients are told; `undefined` where it is no classification. */
export async function probabilitiesOf(
  { plan, run }: Subject,
  spec: InputSpec,
  pixels: Tensor,
): Promise<ArrayLike<number> | undefined> {
  const outputs = await run(plan.signatureName, inputsOfPixels(spec, pixels));
  return plan.task === 'classification' ? scoresOf(plan, outputs) : undefined;
}

export function labelOf({ labels }: Subject, index: number): string {
  return labels?.name(index) ?? String(index);
}
