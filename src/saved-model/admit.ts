import { checkOps, type OpRefusal, refusalSentence } from './check-ops.js';
import { INIT_OP_SIGNATURE } from './init-op.js';
import type { SavedModelFile } from './saved-model-file.js';
import { servedPart } from './served-part.js';

/** Each is walked for itself; no model has as many. */
const MAX_SIGNATURES = 256;

export interface Admitted {
  /** What may run: the model itself where nothing of it is refused, otherwise the part that its other signatures need. */
  readonly model: SavedModelFile;
  /** The signatures that reach an op which is refused, with the sentence that names all of them. */
  readonly refused: ReadonlyMap<string, string>;
  /** Why none of it may run, as a sentence; `null` if some of it may. */
  readonly refusal: string | null;
}

/**
 * Which part of a model may run: what its signatures reach and what loading runs is held against the list of allowed ops, and nothing
 * else is left of a model that has an op beyond that list.
 * @param allowOps see `checkOps`
 */
export function admit(model: SavedModelFile, allowOps: readonly string[]): Admitted {
  const none = { model, refused: new Map<string, string>(), refusal: null };
  const all = checkOps(model, allowOps);
  if (all.length === 0) return none;
  const names = [...model.signatures.keys()].filter((name) => name !== INIT_OP_SIGNATURE);
  const refusalsOf = (served: readonly string[]): OpRefusal[] =>
    checkOps(servedPart(model, served), allowOps);
  if (names.length === 0 || names.length > MAX_SIGNATURES) return { ...none, refusal: refusalSentence(all) };
  if (refusalsOf([]).length > 0) return { ...none, refusal: refusalSentence(refusalsOf(names)) };
  const refused = new Map<string, string>();
  for (const name of names) {
    const refusals = refusalsOf([name]);
    if (refusals.length > 0) refused.set(name, refusalSentence(refusals));
  }
  const served = names.filter((name) => !refused.has(name));
  if (served.length === 0) return { ...none, refused, refusal: bySignature(refused) };
  const part = servedPart(model, served);
  const left = checkOps(part, allowOps);
  return { model: part, refused, refusal: left.length > 0 ? refusalSentence(left) : null };
}

/** One sentence where all signatures are refused for the same. */
function bySignature(refused: ReadonlyMap<string, string>): string {
  const sentences = new Set(refused.values());
  if (sentences.size === 1) return [...sentences].join('');
  return Array.from(refused, ([name, sentence]) => `Signature ${name}: ${sentence}`).join(' ');
}
