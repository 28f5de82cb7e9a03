import {
  type Candidate,
  otherDecoders,
  otherFilters,
  otherFits,
  otherOrientations,
  otherPillows,
  otherScales,
  planOf,
  presetsLike,
} from './candidates.js';
import { checkGoldens, type Outcome } from './check-golden.js';
import { readPicture } from './golden-file.js';
import { fitScale, sayScale } from './fit-scale.js';
import { planesOfInput, planesOfPixels } from './planes.js';
import { readExpected, readTensor } from './read-expected.js';
import { type Judge, nearest, type Search } from './search.js';
import { pictureInputOf, probabilitiesOf, type Subject } from './subject.js';
import type { PixelInput } from '../model-plan.js';

/** A preprocessing that suits the goldens better than the configured one. */
export interface Advice extends Candidate {
  /** What comes out of the goldens with it. */
  readonly outcomes: readonly Outcome[];
  /** Published weights that are prepared so. */
  readonly presets: readonly string[];
}

/** With how many what is found is tried: a test set may have thousands. */
const MAX_TRIED = 200;

/** How often what was found is looked at again with the goldens that are still wrong: a square picture does not tell how others are cropped. */
const ROUNDS = 3;

/** What came of looking for the preprocessing that training did. */
export interface Advised {
  readonly advice?: Advice;
  /** All that was tried; absent where pictures are prepared rightly, or no golden could be held against the model. */
  readonly search?: Search;
}

/** Looks for the preprocessing that training did, by the golden that tells most. */
export async function advise(outcomes: readonly Outcome[], subject: Subject): Promise<Advised> {
  const input = pictureInputOf(subject);
  const tried = outcomes.slice(0, MAX_TRIED);
  const goldens = tried.map(({ golden }) => golden);
  let current: Candidate = { config: subject.preprocessing, plan: input.preprocessing };
  let latest = tried;
  let advised: Advised = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const wrong = mostTelling(latest);
    if (!wrong || wrong.input?.isRight) return advised; // Pictures are prepared rightly: the model answers otherwise.
    const { found, search } = await (wrong.input ? byInput : byScores)(wrong, current, subject, input);
    const searched = { ...advised, search: added(advised.search, search) };
    if (!found || JSON.stringify(found.plan) === JSON.stringify(current.plan)) return searched;
    const again = await checkGoldens(goldens, subject, { ...input, preprocessing: found.plan });
    const fault = newFault(again, latest);
    if (fault !== undefined) return { ...searched, search: { ...searched.search, fault } };
    if (!isBetter(again, latest)) return searched;
    advised = { ...searched, advice: { ...found, outcomes: again, presets: presetsLike(found, input.spec) } };
    [current, latest] = [found, again];
  }
  return advised;
}

function added(before: Search | undefined, now: Search): Search {
  if (!before) return now;
  return {
    tried: before.tried + now.tried,
    unread: before.unread + now.unread,
    isCut: before.isCut || now.isCut,
  };
}

/** Why a golden cannot be held against the model any more. */
function newFault(now: readonly Outcome[], before: readonly Outcome[]): string | undefined {
  return now.find(({ fault }, index) => fault !== undefined && before[index]!.fault === undefined)?.fault;
}

/** More come out right; or, where inputs tell, they are much nearer. A label alone is soon met by chance: then all must be right. */
function isBetter(now: readonly Outcome[], before: readonly Outcome[]): boolean {
  const [right, rightBefore] = [rightOf(now), rightOf(before)];
  if (!now.some(({ input, probabilities }) => input ?? probabilities)) return right === now.length;
  return right > rightBefore || (right === rightBefore && offOf(now) < offOf(before) / 2);
}

export function rightOf(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ isRight }) => isRight).length;
}

function offOf(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, { input }) => sum + (input?.mean ?? 0), 0);
}

/** An input tells more than probabilities, and those more than a label. */
function mostTelling(outcomes: readonly Outcome[]): Outcome | undefined {
  const wrong = outcomes.filter(({ isRight, fault }) => !isRight && fault === undefined);
  return (
    wrong.find(({ input }) => input && !input.isRight) ??
    wrong.find(({ probabilities }) => probabilities && !probabilities.isRight) ??
    wrong[0]
  );
}

/** What a search by one golden found: `undefined` where nothing can be made of it. */
interface Finding {
  readonly found: Candidate | undefined;
  readonly search: Search;
}

/** First how pictures come to the size, then by which filter, last who decoded them: the right pixels are those that a mere scaling makes the input of. */
async function byInput(
  { golden }: Outcome,
  start: Candidate,
  subject: Subject,
  { spec }: PixelInput,
): Promise<Finding> {
  const picture = await readPicture(golden);
  const tensor = await readTensor(golden);
  const fit = async ({ plan }: Candidate) => {
    const pixels = planesOfPixels(await subject.toPixels(picture, plan, subject.plan.maxPixels));
    const input = planesOfInput(tensor, plan.normalise.layout, pixels);
    return input && fitScale(pixels, input);
  };
  const judge: Judge = async (candidate) => (await fit(candidate))?.distance.mean ?? Infinity;
  const { best, search } = await nearest(
    start,
    spec,
    [otherOrientations, otherFits, otherFilters, otherFits, otherPillows, otherDecoders],
    judge,
  );
  const fitted = await fit(best);
  const config = fitted && { ...best.config, ...sayScale(fitted) };
  const plan = config && planOf(config, spec);
  return { found: plan && { config, plan }, search };
}

/** First the range and the order of colours, whose mistakes weigh most. */
async function byScores(
  { golden, probabilities, scores }: Outcome,
  start: Candidate,
  subject: Subject,
  { spec }: PixelInput,
): Promise<Finding> {
  const picture = await readPicture(golden);
  const { label } = await readExpected(golden, subject, scores!.length);
  const judge: Judge = async ({ plan }) => {
    const pixels = await subject.toPixels(picture, plan, subject.plan.maxPixels);
    const found = (await probabilitiesOf(subject, spec, pixels))!;
    if (!probabilities) return 1 - found[label!]!;
    return probabilities.expected.reduce<number>(
      (sum, value, index) => sum + Math.abs((value ?? found[index]!) - found[index]!),
      0,
    );
  };
  // By which filter, a label does not tell.
  const { best, search } = await nearest(
    start,
    spec,
    probabilities
      ? [otherScales, otherOrientations, otherFits, otherFilters, otherFits, otherPillows, otherDecoders]
      : [otherScales],
    judge,
  );
  return { found: best, search };
}
