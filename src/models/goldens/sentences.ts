import type { PreprocessingPlan } from '../../preprocessing/plan.js';
import { type Advice, type Advised, rightOf } from './advise.js';
import type { Outcome } from './check-golden.js';
import { type FittedScale, sayScale } from './fit-scale.js';
import { sayChanges, sayScaling } from './said-plan.js';
import type { Proof } from './prove.js';
import { PATIENCE_S, type Search } from './search.js';

/** Why a version whose goldens came out wrong does not go live; what to do about it. `undefined` if all came out right. */
export function faultOf({ outcomes, configured, ...advised }: Proof, model: string): string | undefined {
  const wrong = outcomes.filter(({ isRight }) => !isRight);
  const [first] = wrong;
  if (!first || !configured) return undefined;
  const sentences = [
    `${wrong.length} of its ${outcomes.length} goldens came out wrong.`,
    `${first.golden.name}: ${whatIsWrong(first, configured)}`,
    adviceSentences(advised, configured),
    `npm run parity -- --model ${model} shows all.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** What is wrong with one, and by how much, from the last stage to the first. */
export function whatIsWrong(
  { fault, label, probabilities, input }: Outcome,
  configured: PreprocessingPlan,
): string {
  if (fault !== undefined) return fault;
  const parts: string[] = [];
  if (label && !label.isRight)
    parts.push(
      `expected ${label.expected} (${score(label.expectedScore)}) but it says ${label.found} (${score(label.foundScore)})`,
    );
  if (probabilities && !probabilities.isRight)
    parts.push(`its probabilities are off by up to ${score(probabilities.worst)}`);
  if (input?.isRight) parts.push('its input is right, so it is the model that answers otherwise');
  if (input && !input.isRight) {
    parts.push(
      `its input is off by up to ${levels(input.worst)} of 255 levels, ${levels(input.mean)} on average`,
    );
    parts.push(...scalingParts(input.fitted!, configured));
  }
  return `${parts.join('; ')}.`;
}

/** Whether it is how values are scaled that is wrong, or the pixels themselves. */
function scalingParts(fitted: FittedScale, configured: PreprocessingPlan): readonly string[] {
  const { worst, mean } = fitted.distance;
  const { scale } = sayScale(fitted);
  return [
    worst < SAME
      ? 'apart from how its values are scaled it is the same'
      : `apart from how its values are scaled by up to ${levels(worst)}, ${levels(mean)} on average`,
    ...(typeof scale === 'string' && scale !== configured.scale
      ? [`expected matches ${scale}, configured is ${sayScaling(configured)}`]
      : []),
  ];
}

/** What to write instead, or that nothing was found; empty where nothing was looked for. */
export function adviceSentences({ advice, search }: Advised, configured: PreprocessingPlan): string {
  if (!search) return '';
  const found = advice ? adviceSentence(advice, configured) : nothingFound(search);
  return search.isCut ? `${found} The search was ended after ${PATIENCE_S} s.` : found;
}

function adviceSentence(advice: Advice, configured: PreprocessingPlan): string {
  const changes = sayChanges(advice.plan, configured);
  const like =
    advice.presets.length > 0
      ? ` (as ${advice.presets.slice(0, 3).join(', ')}${advice.presets.length > 3 ? ' …' : ''})`
      : '';
  return `With preprocessing {${changes.join(', ')}}${like} ${comes(advice.outcomes)}`;
}

function nothingFound({ tried, unread, fault }: Search): string {
  const parts = [
    `${tried} other ways to prepare its picture were tried, none suits better`,
    ...(unread > 0 ? [`${unread} of them cannot read it`] : []),
    ...(fault === undefined ? [] : [`with the nearest: ${fault.replace(/\.$/, '')}`]),
  ];
  return `${parts.join('; ')}.`;
}

function comes(outcomes: readonly Outcome[]): string {
  const [right, of] = [rightOf(outcomes), outcomes.length];
  if (right === of) return of === 1 ? 'it comes out right.' : `all ${of} come out right.`;
  const left = outcomes.find(({ isRight, input }) => !isRight && input);
  const still = left?.input
    ? ` ${left.golden.name} is still off by up to ${levels(left.input.worst)} levels, ${levels(left.input.mean)} on average.`
    : '';
  return `${right === 0 ? 'none' : right} of ${of} come${right <= 1 ? 's' : ''} out right.${still}`;
}

/** Differences below it come from rounding float32, in levels. */
const SAME = 0.01;

/** A probability with what digits matter. */
export function score(value: number): string {
  return Number.isFinite(value)
    ? value.toFixed(value !== 0 && Math.abs(value) < 0.01 ? 4 : 2)
    : String(value);
}

export function levels(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 0.1 ? 3 : 1) : String(value);
}
