import { type ModelPlan, pixelInput } from '../models/model-plan.js';
import { isBatched } from '../preprocessing/image-input.js';
import type { PreprocessingPlan } from '../preprocessing/plan.js';

/** The input that takes a request's pictures, and what they become before. */
export type PictureTarget = PixelTarget | EncodedTarget;

interface TargetOf<K extends string> {
  readonly kind: K;
  readonly name: string;
  /** The model's own limit of a picture, in pixels. */
  readonly maxPixels: number | undefined;
}

export interface PixelTarget extends TargetOf<'pixels'> {
  readonly preprocessing: PreprocessingPlan;
  /** Whether the input has a batch dimension. */
  readonly batched: boolean;
}

export interface EncodedTarget extends TargetOf<'encoded'> {
  readonly encoding: 'png' | 'jpeg';
  /** Whether the input is a single string, and no list. */
  readonly isScalar: boolean;
}

/** `undefined` where the plan has no input for a picture's pixels. */
export function pixelTarget(plan: ModelPlan): PixelTarget | undefined {
  const target = pixelInput(plan);
  if (!target) return undefined;
  const { spec, preprocessing } = target;
  const batched = isBatched(spec.shape, preprocessing.normalise.layout);
  return { kind: 'pixels', name: spec.name, preprocessing, batched, maxPixels: plan.maxPixels };
}

/** `undefined` where the plan has no input for a picture. */
export function pictureTarget(plan: ModelPlan): PictureTarget | undefined {
  if (plan.task !== 'image-to-image') return pixelTarget(plan);
  const { input: name, encoding, maxPixels, signature } = plan;
  const isScalar = signature.inputs.find((input) => input.name === name)?.shape?.length === 0;
  return { kind: 'encoded', name, encoding, isScalar, maxPixels };
}
