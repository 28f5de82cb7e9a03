import { INIT_OP_SIGNATURE, initRoots } from '../saved-model/init-op.js';
import { canonical } from '../saved-model/reach.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import { quote } from '../saved-model/saved-model.errors.js';
import { changesState, nodesReached } from '../saved-model/state.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { dataInput, Scopes } from './scope.js';
import { variableKey } from './variables.js';

/** Variables that have another value than was saved, or will have. */
export interface ChangedVariables {
  /** Why, as a sentence, of those that are known, by `variableKey`. */
  readonly known: ReadonlyMap<string, string>;
  /** Why any may be, as a sentence; `null` if those that are known are all. */
  readonly any: string | null;
}

/**
 * What loading changes after the variables are restored, and what runs of the signatures change.
 * @param served whether the signatures are run as they were exported, those too that change variables
 */
export function changedVariables(model: SavedModelFile, served: boolean): ChangedVariables {
  const known = new Map<string, string>();
  let any: string | null = null;
  const add = (roots: readonly string[], fed: ReadonlySet<string>, when: string): void => {
    const changes = nodesReached(model, roots, fed).filter(changesState);
    const open = new Set(changes);
    try {
      const scopes = new Scopes(model);
      const all = open.size === 0 ? [] : executed(scopes, roots, (tensor) => fed.has(tensor));
      for (const { scope, node } of all) {
        if (!open.has(node)) continue;
        const variable = scopes.resolve(scope, dataInput(node, 0)).node;
        const by = `${node.op}, node ${quote(node.name)}`;
        known.set(variableKey(variable), `Its variable ${quote(variable.name)} is changed ${when} (${by}).`);
      }
      for (const { node } of all) open.delete(node);
    } catch (error) {
      if (!(error instanceof NotFlatError)) throw error;
    }
    const [left] = open; // Within a branch or a loop.
    if (left) any = `Its variables are changed ${when} (${left.op}, node ${quote(left.name)}).`;
  };
  const init = model.signatures.get(INIT_OP_SIGNATURE)?.outputs.flatMap(({ nodes }) => nodes) ?? [];
  add([...init, ...initRoots(model)], new Set(), 'when it is loaded');
  for (const [name, { inputs, outputs }] of served ? model.signatures : []) {
    if (name === INIT_OP_SIGNATURE) continue;
    const roots = outputs.flatMap(({ nodes }) => nodes);
    const fed = new Set(inputs.flatMap(({ nodes }) => nodes.map(canonical)));
    add(roots, fed, `by its signature ${name}`);
  }
  return { known, any };
}
