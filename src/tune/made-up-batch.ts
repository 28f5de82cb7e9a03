import { randomBytes, randomFillSync } from 'node:crypto';
import { isBatchable } from '../batching/rows.js';
import type { NamedTensors } from '../engine/engine.js';
import {
  describeTensor,
  type DType,
  elements,
  entriesPerElement,
  NUMBER_ARRAYS,
  type Tensor,
  type TensorSpec,
} from '../engine/tensor.js';
import { sharp } from '../images/sharp.js';
import { type ImageToImagePlan, inputsBeside, type ModelPlan, pixelInput } from '../models/model-plan.js';
import { toBfloat16, toFloat16 } from '../numbers/half.js';
import { isBatched } from '../preprocessing/image-input.js';
import { givesFractions, type PreprocessingPlan } from '../preprocessing/plan.js';
import { CommandError } from '../command/command-error.js';

const DECIMALS: ReadonlySet<DType> = new Set(['float32', 'float64', 'complex64', 'complex128']);

/**
 * Makes up one batch of inputs, as the line would hand it to the engine: pictures of random pixels, random decimals from 0 to 1, whole
 * numbers 0 and 1.
 * @param side of a picture whose size the model leaves open, in pixels
 * @throws CommandError where the model takes no batches, or what nobody can make up
 */
export async function madeUpBatch(plan: ModelPlan, batchSize: number, side: number): Promise<NamedTensors> {
  checkBatchable(plan);
  const picture = pixelInput(plan);
  const encoded = plan.task === 'image-to-image' && {
    [plan.input]: await encodedPictures(plan, batchSize, pictureSide(plan, side)),
  };
  const others = encoded ? inputsBeside(plan) : plan.signature.inputs;
  const made = Object.fromEntries(
    others.map((spec) => [
      spec.name,
      spec === picture?.spec
        ? pixels(batchSize, picture.preprocessing, pictureSide(plan, side))
        : numbers(spec, batchSize),
    ]),
  );
  return { ...encoded, ...made };
}

/** Whether the model leaves the size of its pictures open, so that `side` is what is measured. */
export function takesAnySize(plan: ModelPlan): boolean {
  return plan.task === 'image-to-image' || pixelInput(plan)?.preprocessing.size === null;
}

/** What the rows of a batch are called. */
export function rowNoun(plan: ModelPlan): 'pictures' | 'rows' {
  return plan.task === 'image-to-image' || pixelInput(plan) ? 'pictures' : 'rows';
}

function pictureSide({ maxPixels }: ModelPlan, side: number): number {
  return Math.min(side, Math.floor(Math.sqrt(maxPixels ?? Infinity)));
}

function checkBatchable(plan: ModelPlan): void {
  const { signature, signatureName } = plan;
  const picture = pixelInput(plan);
  const batched = !picture || isBatched(picture.spec.shape, picture.preprocessing.normalise.layout);
  if (plan.joining.joined && batched) return;
  if (isBatchable(signature) && !plan.joining.joined)
    throw new CommandError(
      `Each request to the model runs by itself, so there is no batch size to choose. ${plan.joining.reason}`,
    );
  const tensors = [...signature.inputs, ...signature.outputs];
  const all = tensors.map((spec) => `${spec.name} ${describeTensor(spec)}`).join(', ');
  throw new CommandError(
    `The model takes one request at a time, so there is no batch size to choose: not every tensor of ${signatureName} has a first dimension of any size (${all}).`,
  );
}

async function encodedPictures(
  { signature, input, encoding }: ImageToImagePlan,
  batchSize: number,
  side: number,
): Promise<Tensor> {
  const raw = { width: side, height: side, channels: 3 } as const;
  const bytes = await sharp(randomBytes(side * side * 3), { raw })
    .toFormat(encoding)
    .toBuffer();
  const rank = signature.inputs.find(({ name }) => name === input)?.shape?.length ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => (axis === 0 ? batchSize : 1));
  return { dtype: 'string', shape, data: Array.from({ length: batchSize }, () => bytes) };
}

type Plan = Pick<PreprocessingPlan, 'size' | 'channels' | 'resampling' | 'normalise'>;

function pixels(batchSize: number, { size, channels, resampling, normalise }: Plan, side: number): Tensor {
  const { width, height } = size ?? { width: side, height: side };
  const shape = [batchSize, height, width, channels];
  const bytes = randomFillSync(new Uint8Array(elements(shape)));
  if (size === null || !givesFractions(resampling)) return { dtype: 'uint8', shape, data: bytes, normalise };
  return { dtype: 'float32', shape, data: Float32Array.from(bytes), normalise };
}

function numbers(spec: TensorSpec, batchSize: number): Tensor {
  const { name, dtype, shape } = spec;
  const isOpen = shape?.some((size, axis) => size === null && axis > 0) ?? true;
  if (dtype === 'string' || isOpen) {
    throw new CommandError(
      `The input ${name} of the model is ${describeTensor(spec)}: what belongs into it cannot be made up, so nothing can be measured.`,
    );
  }
  const sizes = shape!.map((size) => size ?? batchSize);
  const data = new NUMBER_ARRAYS[dtype](elements(sizes) * entriesPerElement(dtype));
  for (let index = 0; index < data.length; index++) {
    const value = Math.random();
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = value < 0.5 ? 0n : 1n;
    else if (DECIMALS.has(dtype)) data[index] = value;
    else if (dtype === 'float16') data[index] = toFloat16(value);
    else if (dtype === 'bfloat16') data[index] = toBfloat16(value);
    else data[index] = dtype === 'uint8' ? Math.floor(value * 256) : Math.round(value);
  }
  return { dtype, shape: sizes, data };
}
