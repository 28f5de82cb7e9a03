import { isFloat } from '../engine/tensor.js';
import type { PreprocessingPlan } from '../preprocessing/plan.js';
import { type ModelPlan, pixelInput } from './model-plan.js';

/** Pixels that lie less than this apart, black from white, were scaled for a network; what is not far exceeds it. */
const SCALED = 16;

/**
 * What to warn of where `model.yaml` names another scale than the head of the graph tells that it takes, as a clause; `null` where
 * the two agree, or the graph tells nothing.
 */
export function scaleContradiction(plan: ModelPlan): string | null {
  const pixels = pixelInput(plan);
  if (!pixels || !isFloat(pixels.spec.dtype)) return null;
  const { takes } = pixels.spec;
  const { scale } = pixels.preprocessing;
  if (takes === undefined || agrees(pixels.preprocessing, takes)) return null;
  const named = typeof scale === 'string' ? scale : JSON.stringify(scale);
  return takes === 'raw'
    ? `its graph scales raw pixels itself, but model.yaml says scale: ${named}; pixels are scaled twice.`
    : `its graph takes pixels from 0 to 1, but model.yaml says scale: ${named}.`;
}

/** Of arithmetic that has no name, only how far it leaves black from white is held against the graph. */
function agrees({ scale, normalise }: PreprocessingPlan, takes: 'raw' | 'unit'): boolean {
  if (typeof scale === 'string') return scale === takes;
  const isScaled = normalise.std.every((std) => Math.abs((255 * normalise.scale) / std) <= SCALED);
  return isScaled === (takes === 'unit');
}
