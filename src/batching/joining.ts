import type { LoadedModel, Signature } from '../engine/engine.js';
import { closedShape } from '../graph/rows/independent-rows.js';
import type { BatchingRules } from './batching.js';

/** Whether the requests for a signature may share a run; why, where `model.yaml` says so; and why not, as a sentence. */
export type Joining =
  | { readonly joined: true; readonly reason?: string }
  /** `asked`: by `model.yaml`. */
  | { readonly joined: false; readonly reason: string; readonly asked?: true };

/**
 * Requests share a run only if each row of the answer is known to hang on its own row of the inputs: else one caller would be given what
 * belongs to another.
 * @param loaded what the engine knows of the model's signatures
 */
export function joiningOf(
  name: string,
  signature: Signature,
  { rows, stateful }: Pick<LoadedModel, 'rows' | 'stateful'>,
  { independentRows }: Partial<Pick<BatchingRules, 'independentRows'>>,
): Joining {
  const closed = closedShape(signature.inputs, signature.outputs);
  if (closed !== undefined) return { joined: false, reason: closed };
  if (stateful.includes(name)) return { joined: false, reason: 'Its runs change what later ones answer.' };
  if (independentRows === true) return { joined: true, reason: 'model.yaml says independentRows: true.' };
  if (independentRows === false)
    return { joined: false, reason: 'model.yaml says independentRows: false.', asked: true };
  const report = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (report?.independent) return { joined: true };
  return { joined: false, reason: report?.reason ?? 'Nothing is known of its rows.' };
}
