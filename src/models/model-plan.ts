import { type Joining, joiningOf } from '../batching/joining.js';
import { ConfigError } from '../config/expect.js';
import type { LoadedModel, NamedTensors, Signature } from '../engine/engine.js';
import { describeTensor, type InputSpec, type Tensor } from '../engine/tensor.js';
import { isBatched, isGreyInput, isImageInput } from '../preprocessing/image-input.js';
import { planPreprocessing, type PreprocessingPlan } from '../preprocessing/plan.js';
import type { ModelConfig, Task } from './model-config.js';
import { choose, chooseScores } from './choose-tensor.js';
import { guessTask, isString, type LabelsAtHand, pictureOf } from './guess-task.js';

interface PlanOf<T extends Task> {
  readonly task: T;
  /** What a request runs that names no signature. A model may have none: see `hasDefault`. */
  readonly signatureName: string;
  readonly signature: Signature;
  /** Whether requests for it share runs. */
  readonly joining: Joining;
  /** Largest picture in pixels that this model takes; the server's own limit stands besides. */
  readonly maxPixels: number | undefined;
}

/** A picture goes in as a tensor, scores come out: one row per picture. */
export interface ClassificationPlan extends PlanOf<'classification'> {
  readonly input: string;
  readonly preprocessing: PreprocessingPlan;
  readonly output: string;
  /** How many a picture may be of; `null` where the signature leaves it open. */
  readonly classes: number | null;
  /** The output holds one score, that of the second of two classes. */
  readonly isBinary: boolean;
  readonly logits: boolean;
  readonly topK: number;
}

/** An encoded picture goes in as a string, an encoded picture comes out. */
export interface ImageToImagePlan extends PlanOf<'image-to-image'> {
  readonly input: string;
  readonly output: string;
  readonly encoding: 'png' | 'jpeg';
}

/** Numbers go in or, where the model has an input that a picture fits, a picture; numbers come out. */
export interface TensorPlan extends PlanOf<'tensor'> {
  readonly picture: { readonly input: string; readonly preprocessing: PreprocessingPlan } | null;
}

/** The signature of a request that names none, where a model has it. */
const DEFAULT_SIGNATURE = 'serving_default';

/** Whether a request may leave the signature out. */
export function hasDefault({ signature }: ModelPlan): boolean {
  return signature !== NO_DEFAULT;
}

/** How a model is served: what `model.yaml` says, and for the rest what its signature tells. */
export type ModelPlan = ClassificationPlan | ImageToImagePlan | TensorPlan;

/** The input that takes a picture as pixels, and what is done to the picture before. */
export interface PixelInput {
  readonly spec: InputSpec;
  readonly preprocessing: PreprocessingPlan;
}

/** `null` where no input does. */
export function pixelInput(plan: ModelPlan): PixelInput | null {
  if (plan.task === 'image-to-image') return null;
  const picture = plan.task === 'tensor' ? plan.picture : plan;
  const spec = picture && plan.signature.inputs.find(({ name }) => name === picture.input);
  return spec ? { spec, preprocessing: picture.preprocessing } : null;
}

/** The input that a picture is sent for, as pixels or encoded; `undefined` where there is none. */
export function pictureInputName(plan: ModelPlan): string | undefined {
  return plan.task === 'tensor' ? plan.picture?.input : plan.input;
}

/** The inputs that have to be sent beside a picture. */
export function inputsBeside(plan: ModelPlan): readonly InputSpec[] {
  const picture = pictureInputName(plan);
  return plan.signature.inputs.filter(({ name }) => name !== picture);
}

/** One picture's pixels as the signature takes them: without a batch dimension where it has none. */
export function inputsOfPixels({ name, shape }: InputSpec, pixels: Tensor): NamedTensors {
  const batched = isBatched(shape, pixels.normalise?.layout ?? 'nhwc');
  return { [name]: batched ? pixels : { ...pixels, shape: pixels.shape.slice(1) } };
}

const NO_LABELS: LabelsAtHand = { isThere: false };

/** @throws ConfigError where `config` asks for what the model does not have */
export function planModel(
  config: Partial<ModelConfig>,
  loaded: LoadedModel,
  labels: LabelsAtHand = NO_LABELS,
): ModelPlan {
  const [signatureName, signature] = chooseSignature(config.signature, loaded, config.task);
  const task = config.task ?? guessTask(config, signature, labels);
  const joining = joiningOf(signatureName, signature, loaded, config.batching ?? {});
  const base = { signatureName, signature, joining, maxPixels: config.maxPixels };
  switch (task) {
    case 'classification': {
      const input = choose('input', config.input, signature.inputs, isImageInput);
      const preprocessing = planPreprocessing(config.preprocessing ?? {}, input);
      const batched = isBatched(input.shape, preprocessing.normalise.layout);
      const { spec, classes } = chooseScores(config.output, signature.outputs, batched, labels.count);
      const isBinary = classes === 1 && labels.count !== 1;
      const { logits = false, topK = 5 } = config;
      const answers = { output: spec.name, classes: isBinary ? 2 : classes, isBinary, logits, topK };
      return { ...base, task, input: input.name, preprocessing, ...answers };
    }
    case 'image-to-image': {
      const input = choose('input', config.input, signature.inputs, isString);
      const output = choose('output', config.output, signature.outputs, isString);
      for (const spec of [input, output]) {
        if (!isString(spec)) {
          throw new ConfigError(
            `Expected encoded pictures, which are strings, in and out of an image-to-image model but ${spec.name} is ${describeTensor(spec)}.`,
          );
        }
      }
      return { ...base, task, input: input.name, output: output.name, encoding: config.encoding ?? 'png' };
    }
    case 'tensor': {
      const input = tensorPicture(config.input, signature);
      const picture = input && {
        input: input.name,
        preprocessing: planPreprocessing(config.preprocessing ?? {}, input),
      };
      return { ...base, task, picture: picture ?? null };
    }
  }
}

/**
 * The input of a tensor task that takes a picture: the named one, else the only one that a picture fits.
 * @throws ConfigError where no picture fits the named one
 */
function tensorPicture(name: string | undefined, signature: Signature): InputSpec | undefined {
  if (name === undefined) return pictureOf(signature)?.input;
  const input = choose('input', name, signature.inputs, isImageInput);
  if (isImageInput(input) || isGreyInput(input)) return input;
  throw new ConfigError(
    `Expected an input that a picture fits, such as float32 [?, 224, 224, 3], for input but ${name} is ${describeTensor(input)}.`,
  );
}

/** What a request runs that names no signature, where a model has several and none of them is the default: nothing. */
const NO_DEFAULT: Signature = { inputs: [], outputs: [] };

/** @throws ConfigError where the signature is not there, or cannot be served */
function chooseSignature(
  wanted: string | undefined,
  { signatures, refused }: LoadedModel,
  task: Task = 'tensor',
): [string, Signature] {
  const names = Object.keys(signatures);
  const [first, another] = names;
  const isDefault = Object.hasOwn(signatures, DEFAULT_SIGNATURE) || Object.hasOwn(refused, DEFAULT_SIGNATURE);
  const name = wanted ?? (isDefault || first === undefined || another ? DEFAULT_SIGNATURE : first);
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature) return [name, signature];
  const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
  const others =
    wanted === undefined && names.length > 0
      ? ` To serve the others, let signature name one: ${names.join(', ')}.`
      : '';
  if (reason) throw new ConfigError(reason + others);
  if (wanted === undefined && another && task === 'tensor') return [DEFAULT_SIGNATURE, NO_DEFAULT];
  throw new ConfigError(
    `Expected one of the model's signatures, ${names.join(', ')}, for signature but received ${JSON.stringify(name)}.`,
  );
}
