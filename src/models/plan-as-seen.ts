import type { LoadedModel, NamedTensors } from '../engine/engine.js';
import type { TensorSpec } from '../engine/tensor.js';
import { isBatched } from '../preprocessing/image-input.js';
import type { LabelsAtHand } from './guess-task.js';
import type { ModelConfig } from './model-config.js';
import { type ModelPlan, pixelInput, planModel } from './model-plan.js';

/**
 * The plan once a first run on one picture has shown what the signature leaves open: the rank of an output, or how many scores it has.
 * @param outputs of that run, made by the plan `first`; `null` where there was none
 * @throws ConfigError as `planModel`
 */
export function planAsSeen(
  config: Partial<ModelConfig>,
  loaded: LoadedModel,
  labels: LabelsAtHand,
  first: ModelPlan,
  outputs: NamedTensors | null,
): ModelPlan {
  const picture = pixelInput(first);
  if (!outputs || !picture) return first;
  const batched = isBatched(picture.spec.shape, picture.preprocessing.normalise.layout);
  const isOfOneSize = picture.preprocessing.size !== null;
  const { signatureName, signature } = first;
  const seen = signature.outputs.map((spec): TensorSpec => {
    const shape = shapeSeen(spec.shape, outputs[spec.name]!.shape, batched, isOfOneSize);
    return { ...spec, shape };
  });
  if (JSON.stringify(seen) === JSON.stringify(signature.outputs)) return first;
  const signatures = { ...loaded.signatures, [signatureName]: { ...signature, outputs: seen } };
  return planModel(config, { ...loaded, signatures }, labels);
}

/** Where pictures keep their own size, that of a map made of one may be another for the next. */
function shapeSeen(
  shape: TensorSpec['shape'],
  seen: readonly number[],
  batched: boolean,
  isOfOneSize: boolean,
): TensorSpec['shape'] {
  if (shape === null) return batched && seen[0] === 1 ? [null, ...seen.slice(1)] : seen;
  if (shape.length !== seen.length || (shape.length > 2 && !isOfOneSize)) return shape;
  return shape.map((size, axis) => (axis === 0 ? size : (size ?? seen[axis]!)));
}
