import type { ChosenModel } from '../command/find-model.js';
import { rightOf } from '../models/goldens/advise.js';
import type { Outcome } from '../models/goldens/check-golden.js';
import type { Golden } from '../models/goldens/golden.js';
import type { Proof } from '../models/goldens/prove.js';
import { sayPlan } from '../models/goldens/said-plan.js';
import { levels, score } from '../models/goldens/sentences.js';
import type { PreprocessingPlan } from '../preprocessing/plan.js';

const COLUMNS = ['', 'label', 'probabilities', 'input', 'pixels'] as const;
const WIDTHS = [7, 28, 15, 18] as const;

/** `shapes/1, 4 goldens; preprocessing: size 64×64, resize stretch, …`. */
export function summaryOf(
  { name, version }: Pick<ChosenModel, 'name' | 'version'>,
  goldens: readonly Golden[],
  plan: PreprocessingPlan,
): string {
  const count = `${goldens.length} golden${goldens.length === 1 ? '' : 's'}`;
  return `${name}/${version}, ${count}; preprocessing: ${preprocessingText(plan)}`;
}

export function preprocessingText(plan: PreprocessingPlan): string {
  const { size } = plan;
  const sized = size ? `size: [${size.height}, ${size.width}], ` : '';
  return `{${sized}${sayPlan(plan)
    .filter(([, value]) => value !== 'exif') // As it is by itself.
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
}

export function headOf(goldens: readonly Golden[]): string {
  const explained =
    'Off by, at most and on average: probabilities; the input, in levels of 0…255; where that is wrong, its pixels apart from how values are scaled.';
  return `${explained}\n\n${line('golden', COLUMNS, goldens)}`;
}

export function rowOf(outcome: Outcome, goldens: readonly Golden[]): string {
  const { golden, isRight } = outcome;
  return line(golden.name, [isRight ? 'right' : 'WRONG', ...cellsOf(outcome)], goldens);
}

/** Label, probabilities, input, pixels. */
export function cellsOf({ fault, label, probabilities, input }: Outcome): readonly string[] {
  if (fault !== undefined) return [fault];
  return [
    label ? labelText(label) : '-',
    probabilities ? `${score(probabilities.worst)} / ${score(probabilities.mean)}` : '-',
    input ? `${levels(input.worst)} / ${levels(input.mean)}` : '-',
    input?.fitted ? `${levels(input.fitted.distance.worst)} / ${levels(input.fitted.distance.mean)}` : '-',
  ];
}

function labelText({ isRight, expected, found, foundScore }: NonNullable<Outcome['label']>): string {
  const given = `${found} (${score(foundScore)})`;
  return isRight ? given : `${given}, not ${expected}`;
}

export function verdictOf({ outcomes }: Pick<Proof, 'outcomes'>): string {
  const [right, of] = [rightOf(outcomes), outcomes.length];
  if (right === of) return of === 1 ? 'It came out right.' : `All ${of} came out right.`;
  return `${right} of ${of} came out right.`;
}

function line(name: string, cells: readonly string[], goldens: readonly Golden[]): string {
  const width = Math.max('golden'.length, ...goldens.map((golden) => golden.name.length));
  const padded = cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0));
  return [name.padEnd(width), ...padded].join('  ').trimEnd();
}
