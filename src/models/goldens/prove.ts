import type { PreprocessingPlan } from '../../preprocessing/plan.js';
import { advise, type Advice } from './advise.js';
import { checkGoldens, type Outcome } from './check-golden.js';
import type { Golden } from './golden.js';
import { pictureInputOf, type Subject } from './subject.js';

/** What became of all goldens of a version. */
export interface Proof {
  readonly outcomes: readonly Outcome[];
  /** How their pictures were prepared; `undefined` where there were none. */
  readonly configured: PreprocessingPlan | undefined;
  /** What else the model's pictures may have been prepared by, where not all came out right. */
  readonly advice: Advice | undefined;
}

/**
 * Runs all goldens through a loaded model, one after the other.
 * @param onOutcome told of each
 * @throws ConfigError where the model takes no pictures, EngineError if it does not run
 */
export async function proveGoldens(
  goldens: readonly Golden[],
  subject: Subject,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<Proof> {
  if (goldens.length === 0) return { outcomes: [], configured: undefined, advice: undefined };
  const input = pictureInputOf(subject);
  const outcomes = await checkGoldens(goldens, subject, input, onOutcome);
  const advice = outcomes.every(({ isRight }) => isRight) ? undefined : await advise(outcomes, subject);
  return { outcomes, configured: input.preprocessing, advice };
}
