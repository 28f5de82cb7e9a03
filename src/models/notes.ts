import type { ModelPlan } from './model-plan.js';
import { scaleContradiction } from './scale-contradiction.js';

/** What the user should know of a version that is served all the same: told once in the log, and as long as it is served at `GET /models`. */
export interface Note {
  /** `warn` where answers may be wrong, `log` where something was guessed or left unused. */
  readonly level: 'warn' | 'log';
  /** What is so, and what to do about it, as a clause or a sentence; the model's name goes before it in the log. */
  readonly text: string;
}

export function notesOf(plan: ModelPlan): Note[] {
  const contradiction = scaleContradiction(plan);
  return contradiction === null ? [] : [{ level: 'warn', text: contradiction }];
}
