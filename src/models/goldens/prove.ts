import type { PreprocessingPlan } from '../../preprocessing/plan.js';
import { advise, type Advised } from './advise.js';
import { checkGoldens, type Outcome } from './check-golden.js';
import type { Golden } from './golden.js';
import { pictureInputOf, type Subject } from './subject.js';

/** What became of all goldens of a version; where not all came out right, what else its pictures may have been prepared by. */
export interface Proof extends Advised {
  readonly outcomes: readonly Outcome[];
  /** How their pictures were prepared; `undefined` where there were none. */
  readonly configured: PreprocessingPlan | undefined;
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
  if (goldens.length === 0) return { outcomes: [], configured: undefined };
  const input = pictureInputOf(subject);
  const outcomes = await checkGoldens(goldens, subject, input, onOutcome);
  const isRight = outcomes.every((outcome) => outcome.isRight);
  return { outcomes, configured: input.preprocessing, ...(!isRight && (await advise(outcomes, subject))) };
}
