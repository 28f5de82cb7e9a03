import type { VariablesBundle } from '../saved-model/bundle.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { carried } from './flatten.js';
import { Flattening } from './flattening.js';
import { type FlatGraph, NotFlatError } from './flat-graph.js';

/**
 * What a SavedModel computes as far as it can be followed, for whoever looks at its beginning and does not run it: what only has effects is left
 * out, of branches both are taken, and other ops that are not pure stay. A signature that cannot be followed is missing.
 * @param mostBytes variables of more are placeholders, as are those without a value
 * @throws SavedModelError if a variable is damaged
 */
export async function sketch(
  model: SavedModelFile,
  variables: VariablesBundle | null,
  mostBytes: number,
): Promise<FlatGraph> {
  const flattening = new Flattening(model, variables, {
    othersRun: true,
    passing: new Set(),
    mayBeUnknown: true,
  });
  const signatures = new Map<string, SavedSignature>();
  for (const [name, signature] of carried(model)) {
    const before = flattening.nodes.length;
    try {
      signatures.set(name, flattening.signature(name, signature));
    } catch (error) {
      if (!(error instanceof NotFlatError)) throw error;
      flattening.nodes.length = before;
    }
  }
  const { constants } = await flattening.constants(flattening.nodes, mostBytes);
  return { nodes: [...flattening.nodes, ...constants], signatures };
}
