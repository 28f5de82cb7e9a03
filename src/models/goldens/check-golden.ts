import { readFile } from 'node:fs/promises';
import { normalisePixels } from '../../engine/normalise.js';
import { describeTensor, type Tensor } from '../../engine/tensor.js';
import { ServingError } from '../../errors/serving-error.js';
import { ConfigError } from '../../config/expect.js';
import { type Distance, distanceOf } from './distance.js';
import { type FittedScale, fitScale } from './fit-scale.js';
import type { Golden } from './golden.js';
import type { NpyArray } from './npy.js';
import { type Planes, planesOfInput, planesOfPixels } from './planes.js';
import { type Expected, readExpected } from './read-expected.js';
import { labelOf, type PictureInput, probabilitiesOf, type Subject } from './subject.js';

/** How far one stage is from what was expected, and whether that is within the golden's tolerance. */
export interface Stage extends Distance {
  readonly isRight: boolean;
}

/** The input that the golden has, beside ours. */
export interface InputStage extends Stage {
  /** In levels of 0…255, the scaling undone as the model is configured. */
  readonly expected: Planes;
  /** How the golden's input is scaled, and how far its pixels are from ours apart from that. */
  readonly fitted: FittedScale;
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
  /** What the model is given, before it is scaled. */
  readonly pixels?: Planes;
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
  input: PictureInput,
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
  { spec, preprocessing }: PictureInput,
): Promise<Outcome> {
  try {
    const picture = await readFile(golden.picture);
    const pixels = await subject.toPixels(picture, preprocessing, subject.plan.maxPixels);
    const scores = await probabilitiesOf(subject, spec, pixels);
    const expected = await readExpected(golden, subject, scores?.length ?? 0);
    const stages = {
      ...(expected.tensor && { input: inputStage(golden, pixels, expected.tensor) }),
      ...(scores && scoreStages(golden, subject, scores, expected)),
    };
    const isRight = Object.values(stages).every((stage) => stage.isRight);
    return { golden, isRight, ...stages, pixels: planesOfPixels(pixels), ...(scores && { scores }) };
  } catch (error) {
    if (!(error instanceof ServingError) && !(error instanceof ConfigError)) throw error;
    return { golden, isRight: false, fault: error.message };
  }
}

function inputStage({ name, tolerance }: Golden, pixels: Tensor, saved: NpyArray): InputStage {
  const { normalise } = pixels;
  const planes = planesOfPixels(pixels);
  const expected = planesOfInput(saved, normalise!.layout, planes);
  if (!expected) {
    const found = normalisePixels(pixels, normalise!);
    throw new ConfigError(
      `The tensor of ${name} has the shape [${saved.shape.join(', ')}], the model is given ${describeTensor(found)}.`,
    );
  }
  const unscaled = undo(expected, pixels);
  const distance = distanceOf(unscaled.data.length, (index) => unscaled.data[index]! - planes.data[index]!);
  return {
    ...distance,
    isRight: distance.worst <= tolerance.pixels,
    expected: unscaled,
    fitted: fitScale(planes, expected),
  };
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
  const distance =
    probabilities &&
    distanceOf(scores.length, (index) => {
      const expected = probabilities[index];
      return expected === undefined ? 0 : expected - scores[index]!;
    });
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
  let best = 0;
  for (let at = 1; at < scores.length; at += 1) if (scores[at]! > scores[best]!) best = at;
  const found = labelOf(subject, best);
  const isRight = found === expected && !Number.isNaN(scores[best]!);
  return { isRight, expected, found, expectedScore: scores[index]!, foundScore: scores[best]! };
}
