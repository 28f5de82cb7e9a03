import type { NamedTensors } from '../engine/engine.js';
import { decimals } from '../engine/decimals.js';
import { elements, type Tensor } from '../engine/tensor.js';
import type { Labels } from '../labels/labels.js';
import { rank, type Ranked } from '../labels/rank.js';
import { softmax } from '../labels/softmax.js';
import type { ClassificationPlan } from './model-plan.js';

/** How a plan reads the output with its scores. */
type Reading = Pick<ClassificationPlan, 'output' | 'logits' | 'isBinary'>;

/** The scores of one picture as clients are told them: probabilities where the output holds logits, of both classes where it holds one. */
export function scoresOf({ output, logits, isBinary }: Reading, outputs: NamedTensors): ArrayLike<number> {
  const scores = decimals(outputs[output]!);
  if (!isBinary) return logits ? softmax(scores) : scores;
  const second = logits ? sigmoid(scores[0]!) : scores[0]!;
  const { dtype } = outputs[output]!;
  // What was computed in float32 or less is told in float32: 0.1, not 0.0999999940.
  return dtype === 'float64' ? [1 - second, second] : Float32Array.of(1 - second, second);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** The best classes, best first. Of two classes with one score, equal ones go to the second: p ≥ 0.5. */
export function rankScores(
  { isBinary }: Pick<ClassificationPlan, 'isBinary'>,
  scores: ArrayLike<number>,
  labels: Labels | null,
  topK: number,
): Ranked[] {
  const isTie = isBinary && scores[0] === scores[1];
  return isTie ? rank(scores, labels, 2).toReversed().slice(0, topK) : rank(scores, labels, topK);
}

/** Whether two answers of a classification have the same best class in every row. */
export function haveSameBest(plan: ClassificationPlan, one: Tensor, other: Tensor): boolean {
  const width = plan.isBinary ? 1 : (plan.classes ?? one.shape.at(-1) ?? 1);
  const [a, b] = [decimals(one), decimals(other)];
  for (let start = 0; start < elements(one.shape); start += width) {
    if (bestOf(plan, a, start, width) !== bestOf(plan, b, start, width)) return false;
  }
  return true;
}

function bestOf(
  { isBinary, logits }: ClassificationPlan,
  scores: ArrayLike<number>,
  start: number,
  width: number,
): number {
  if (isBinary) return Number(scores[start]! >= (logits ? 0 : 0.5));
  let best = 0;
  for (let index = 1; index < width; index++)
    if (scores[start + index]! > scores[start + best]!) best = index;
  return best;
}
