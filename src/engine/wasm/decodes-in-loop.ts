import { FunctionReferences } from '../../saved-model/function-references.js';
import type { FunctionDef, NodeDef } from '../../saved-model/proto/graph_pb.js';
import type { SavedModelFile } from '../../saved-model/saved-model-file.js';
import { DECODERS } from './picture-edges.js';

const LOOPS: ReadonlySet<string> = new Set(['While', 'StatelessWhile', 'MapDefun']);

/** Whether a model decodes pictures inside of a loop, as one with `tf.map_fn` over a batch of them does. */
export function decodesInLoop(saved: SavedModelFile): boolean {
  const references = new FunctionReferences(saved);
  const functions = [...saved.functions.values()];
  const nodes = [...saved.graph.node, ...functions.flatMap(({ nodeDef }) => nodeDef)];
  const open = nodes.filter(({ op }) => LOOPS.has(op)).flatMap((node) => repeatedBy(node, saved));
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const body: FunctionDef = saved.functions.get(name)!;
    if (body.nodeDef.some(({ op }) => DECODERS.has(op))) return true;
    open.push(...references.ofFunction(name));
  }
  return false;
}

/** The functions that a loop repeats: its condition and its body. */
function repeatedBy({ attr }: NodeDef, { functions }: SavedModelFile): string[] {
  return Object.values(attr).flatMap(({ value }) =>
    value.case === 'func' && functions.has(value.value.name) ? [value.value.name] : [],
  );
}
