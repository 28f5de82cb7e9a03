import { EngineError } from '../../engine/engine.js';
import { normalisePixels } from '../../engine/normalise.js';
import { describeTensor, type Tensor } from '../../engine/tensor.js';
import { ServingError } from '../../errors/serving-error.js';
import { ConfigError } from '../../config/expect.js';
import { type Distance, distanceOf } from './distance.js';
import { type FittedScale, fitScale } from './fit-scale.js';
import type { Golden } from './golden.js';
import { readPicture } from './golden-file.js';
import type { NpyArray } from './npy.js';
import { type Planes, planesOfInput, planesOfPixels } from './planes.js';
import { type Expected, readExpected, readTensor } from './read-expected.js';
import { probabilitiesOf, type Subject } from './subject.js';
import type { PixelInput } from '../model-plan.js';
import { rankScores } from '../scores.js';

/** How far one stage is from what was expected, and whether that is within the golden's tolerance. */
export interface Stage extends Distance {
  readonly isRight: boolean;
}

/** How far the golden's input is from ours, in levels of 0…255, the scaling undone as the model is configured. */
export interface InputStage extends Stage {
  /** Where it is wrong: how the golden's input is scaled, and how far its pixels are from ours apart from that. */
  readonly fitted?: FittedScale;
}

export interface LabelStage {
  readonly isRight: boolean;
  readonly expected: string;
  readonly found: string;
  /** The probabilities of both. */
  readonly expectedScore: number;
  readonly foundScore: number;
}

/** What became of one golden, stage by stage; a stage is absent where the golden says nothing of it. */
export interface Outcome {
  readonly golden: Golden;
  readonly isRight: boolean;
  /** Why it could not be held against the model, as a sentence. */
  readonly fault?: string;
  readonly input?: InputStage;
  readonly scores?: ArrayLike<number>;
  readonly probabilities?: Stage & { readonly expected: readonly (number | undefined)[] };
  readonly label?: LabelStage;
}

/**
 * @param input what the pictures are prepared for, and how
 * @param onOutcome told of each
 * @throws EngineError if the model does not run
 */
export async function checkGoldens(
  goldens: readonly Golden[],
  subject: Subject,
  input: PixelInput,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const golden of goldens) {
    const outcome = await checkGolden(golden, subject, input);
    onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/**
 * Sends a golden's picture down the line, and compares what every stage makes of it. What is wrong with the golden itself is a fault of it.
 */
async function checkGolden(
  golden: Golden,
  subject: Subject,
  { spec, preprocessing }: PixelInput,
): Promise<Outcome> {
  try {
    const picture = await readPicture(golden);
    const pixels = await subject.toPixels(picture, preprocessing, subject.plan.maxPixels);
    const scores = await probabilitiesOf(subject, spec, pixels);
    const expected = await readExpected(golden, subject, scores?.length ?? 0);
    const stages = {
      ...(expected.tensor && { input: inputStage(golden, pixels, expected.tensor) }),
      ...(scores && scoreStages(golden, subject, scores, expected)),
    };
    const isRight = Object.values(stages).every((stage) => stage.isRight);
    return { golden, isRight, ...stages, ...(scores && { scores }) };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { golden, isRight: false, fault: error.message };
  }
}

/** The picture is unreadable, the golden's files are no such, or the model fails on this picture. */
function isFault(error: unknown): error is Error {
  if (error instanceof EngineError) return error.kind === 'run' || error.kind === 'input';
  return error instanceof ServingError || error instanceof ConfigError;
}

/** What the model is given for a golden's picture, and what it should be given, in levels of 0…255, the scaling undone as the model is configured. */
export async function inputsOf(
  golden: Golden,
  subject: Subject,
  { preprocessing }: PixelInput,
): Promise<{ readonly here: Planes; readonly expected?: Planes }> {
  const picture = await readPicture(golden);
  const pixels = await subject.toPixels(picture, preprocessing, subject.plan.maxPixels);
  const here = planesOfPixels(pixels);
  if (golden.tensor === undefined) return { here };
  return { here, expected: undo(planesOfSaved(golden, pixels, await readTensor(golden)), pixels) };
}

function inputStage(golden: Golden, pixels: Tensor, saved: NpyArray): InputStage {
  const here = planesOfPixels(pixels);
  const input = planesOfSaved(golden, pixels, saved);
  const { data } = undo(input, pixels);
  const distance = distanceOf(here.data, data);
  const isRight = distance.worst <= golden.tolerance.pixels;
  return { ...distance, isRight, ...(!isRight && { fitted: fitScale(here, input) }) };
}

/** @throws ConfigError where it is no one picture of the size that the model is given */
function planesOfSaved({ name }: Golden, pixels: Tensor, saved: NpyArray): Planes {
  const { normalise } = pixels;
  const planes = planesOfInput(saved, normalise!.layout, planesOfPixels(pixels));
  if (planes) return planes;
  const found = normalisePixels(pixels, normalise!);
  throw new ConfigError(
    `The tensor of ${name} has the shape [${saved.shape.join(', ')}], the model is given ${describeTensor(found)}.`,
  );
}

/** The pixels that the configured scaling would make such an input of. */
function undo({ data, ...size }: Planes, { normalise }: Tensor): Planes {
  const { order, scale, mean, std } = normalise!;
  const pixels = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += size.channels) {
    for (let channel = 0; channel < size.channels; channel += 1) {
      const value = data[at + channel]! * std[channel]! + mean[channel]!;
      pixels[at + order[channel]!] = value / scale;
    }
  }
  return { ...size, data: pixels };
}

function scoreStages(
  { tolerance, label: name }: Golden,
  subject: Subject,
  scores: ArrayLike<number>,
  { probabilities, label }: Expected,
): Pick<Outcome, 'probabilities' | 'label'> {
  // What a golden leaves out is as it should be.
  const distance =
    probabilities &&
    distanceOf(
      scores,
      Array.from(scores, (score, index) => probabilities[index] ?? score),
    );
  return {
    ...(distance && {
      probabilities: {
        ...distance,
        isRight: distance.worst <= tolerance.probabilities,
        expected: probabilities,
      },
    }),
    ...(label !== undefined && { label: labelStage(name!, label, subject, scores) }),
  };
}

function labelStage(
  expected: string,
  index: number,
  subject: Subject,
  scores: ArrayLike<number>,
): LabelStage {
  const { plan, labels } = subject;
  const [best] = rankScores({ isBinary: plan.task === 'classification' && plan.isBinary }, scores, labels, 1);
  const { label: found, score: foundScore } = best!;
  const isRight = found === expected && !Number.isNaN(foundScore);
  return { isRight, expected, found, expectedScore: scores[index]!, foundScore };
}
