import { isBatchable } from '../batching/rows.js';
import type { LoadedModel } from '../engine/engine.js';
import { isFloat } from '../engine/tensor.js';
import type { FoundLabels } from '../labels/labels.service.js';
import type { ModelConfig } from './model-config.js';
import { hasDefault, type ModelPlan, pixelInput } from './model-plan.js';
import { guessNotes, unusedLabelsNote } from './output-notes.js';
import { unusedKeys } from './unused-keys.js';
import { scaleContradiction } from './scale-contradiction.js';

/** What the user should know of a version that is served all the same: told once in the log, and as long as it is served at `GET /models`. */
export interface Note {
  /** `warn` where answers may be wrong, `log` where something was guessed or left unused. */
  readonly level: 'warn' | 'log';
  /** What is so, and what to do about it, as a clause or a sentence; the model's name goes before it in the log. */
  readonly text: string;
}

/** @param goldens how many came out right: a guess of what they prove is none */
export function notesOf(
  config: Partial<ModelConfig>,
  loaded: LoadedModel,
  plan: ModelPlan,
  goldens: number,
  labels: FoundLabels,
): Note[] {
  const own = loaded.warnings;
  const guessed = goldens > 0 ? null : scaleGuess(config, plan);
  const warnings = [...own, scaleContradiction(plan), guessed, ...unusedKeys(config, plan)];
  const hasState = loaded.stateful.includes(plan.signatureName); // Told as such.
  const alone = hasState ? null : runsAlone(plan, config.engine === 'upstream');
  const told = [noDefault(plan, loaded), stateOf(loaded), alone];
  const unused = unusedLabelsNote(plan, config, labels);
  return [
    ...warnings.filter((text) => text !== null).map((text) => ({ level: 'warn', text }) as const),
    ...told.filter((text) => text !== null).map((text) => ({ level: 'log', text }) as const),
    ...guessNotes(plan, config, labels),
    ...(unused ? [unused] : []),
  ];
}

function noDefault(plan: ModelPlan, { signatures }: LoadedModel): string | null {
  if (hasDefault(plan)) return null;
  return `Each request names its signature, for none is the default: ${Object.keys(signatures).join(', ')}.`;
}

function stateOf({ stateful }: LoadedModel): string | null {
  if (stateful.length === 0) return null;
  return `It has a state, which a run of ${stateful.join(', ')} changes: its runs go one after the other in one process, and the state is as it was saved whenever it is loaded.`;
}

/** Where nothing says how training scaled pixels; a wrong guess makes every answer wrong. */
function scaleGuess({ preprocessing }: Partial<ModelConfig>, plan: ModelPlan): string | null {
  const pixels = pixelInput(plan);
  if (!pixels || !isFloat(pixels.spec.dtype) || pixels.spec.takes !== undefined) return null;
  if (preprocessing?.scale !== undefined) return null;
  return (
    'scale: unit is a guess: nothing tells whether the model takes pixels from 0 to 1 or others. ' +
    'Write into model.yaml how training scaled them, preprocessing: { scale: unit } if it was so, else raw, tf, torch, caffe or the name of a preset.'
  );
}

/** Where requests for the signature could share runs by its shapes, and do not. */
function runsAlone(plan: ModelPlan, isRemote: boolean): string | null {
  const { joining, signature } = plan;
  if (!hasDefault(plan) || joining.joined || joining.asked || !isBatchable(signature)) return null;
  const where = isRemote ? 'the other server' : 'a run';
  return `each request has ${where} to itself, since its rows are not known to be independent. ${joining.reason} If they are, say batching: { independentRows: true } in model.yaml.`;
}
