import { joinRows, rowsOf } from '../../engine/joined-rows.js';
import { sharp } from '../../images/sharp.js';
import type { NamedTensors } from '../../engine/engine.js';
import {
  elements,
  entriesPerElement,
  NUMBER_ARRAYS,
  type Tensor,
  type TensorSpec,
} from '../../engine/tensor.js';
import { isBatched } from '../../preprocessing/image-input.js';
import { type ClassificationPlan, type ImageToImagePlan, type ModelPlan, pixelInput } from '../model-plan.js';

/** Stands in for a height or width that the signature leaves open, in pixels. */
const OPEN_SIZE = 64;

/**
 * Inputs for a first run: zeros, or a grey picture for an image-to-image model. `null` where the inputs cannot be
 * made up: a shape that is open beyond the batch, or strings that are not pictures.
 */
export async function warmUpInputs(plan: ModelPlan): Promise<NamedTensors | null> {
  const picture = pixelInput(plan);
  const inputs: Record<string, Tensor> = {};
  for (const spec of plan.signature.inputs) {
    const tensor =
      plan.task === 'image-to-image' && spec.name === plan.input
        ? await encodedPicture(plan)
        : spec === picture?.spec
          ? zeroPicture(spec, picture.preprocessing)
          : zeros(spec);
    if (!tensor) return null;
    inputs[spec.name] = tensor;
  }
  return inputs;
}

/** The same inputs in each size of batch that the engine is to be given, but for the one that they have. */
export function* warmUpBatches(inputs: NamedTensors, sizes: readonly number[]): Iterable<NamedTensors> {
  for (const size of sizes) if (size > rowsOf(inputs)) yield joinRows([inputs], size);
}

async function encodedPicture({ signature, input, encoding }: ImageToImagePlan): Promise<Tensor> {
  const grey = {
    create: { width: OPEN_SIZE, height: OPEN_SIZE, channels: 3, background: '#808080' },
  } as const;
  const bytes = await sharp(grey).toFormat(encoding).toBuffer();
  const shape = signature.inputs.find(({ name }) => name === input)?.shape?.map(() => 1) ?? [];
  return { dtype: 'string', shape, data: [bytes] };
}

function zeroPicture(
  spec: TensorSpec,
  { size, channels, normalise }: ClassificationPlan['preprocessing'],
): Tensor {
  const { width, height } = size ?? { width: OPEN_SIZE, height: OPEN_SIZE };
  const batched = isBatched(spec.shape, normalise.layout);
  const shape = [...(batched ? [1] : []), height, width, channels];
  return { dtype: 'uint8', shape, data: new Uint8Array(elements(shape)), normalise };
}

function zeros({ dtype, shape }: TensorSpec): Tensor | null {
  if (shape === null || dtype === 'string' || shape.some((size, axis) => size === null && axis > 0))
    return null;
  const sizes = shape.map((size) => size ?? 1);
  const data = new NUMBER_ARRAYS[dtype](elements(sizes) * entriesPerElement(dtype));
  return { dtype, shape: sizes, data };
}
