import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { INIT_OP_SIGNATURE, initRoots } from '../saved-model/init-op.js';
import { nodeOf, reach } from '../saved-model/reach.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { dataInput, type Scope, Scopes } from './scope.js';

const WRITES = new Set(['AssignVariableOp', 'Assign']);

/**
 * Which entry of the variables bundle each variable of the graph is restored from, by the name of the variable's node: found by following what
 * the loader itself runs, the restore op.
 * @throws NotFlatError if it cannot be followed, or if loading changes variables afterwards
 */
export function restoredFrom(model: SavedModelFile): ReadonlyMap<string, string> {
  refuseChangesAtLoad(model);
  const scopes = new Scopes(model);
  const restored = new Map<string, string>();
  for (const { scope, node } of executed(scopes, [nodeOf(model.metaGraph.saverDef?.restoreOpName ?? '')])) {
    if (!WRITES.has(node.op)) continue;
    const variable = scopes.resolve(scope, dataInput(node, 0)).node;
    const value = scopes.resolve(scope, dataInput(node, 1));
    if (value.node.op !== 'RestoreV2')
      throw new NotFlatError(`Its variable ${variable.name} is not restored as it was saved.`);
    const key = texts(scopes, value.scope, value.node, 1)[value.output];
    const slice = texts(scopes, value.scope, value.node, 2)[value.output];
    if (key === undefined || slice !== '')
      throw new NotFlatError(`Its variable ${variable.name} is restored from a slice of another.`);
    restored.set(variable.name, key);
  }
  return restored;
}

function refuseChangesAtLoad(model: SavedModelFile): void {
  const init = model.signatures.get(INIT_OP_SIGNATURE)?.outputs.flatMap(({ nodes }) => nodes) ?? [];
  const { nodes, functions } = reach(model, [...init, ...initRoots(model)]);
  const run = [
    ...model.graph.node.filter(({ name }) => nodes.has(name)),
    ...[...functions].flatMap((name) => model.functions.get(name)!.nodeDef),
  ];
  const change = run.find(({ op }) => op.startsWith('Assign'));
  if (change)
    throw new NotFlatError(
      `Its variables are changed when it is loaded (${change.op}, node ${change.name}).`,
    );
}

/** The strings of a node's constant input. */
function texts(scopes: Scopes, scope: Scope, node: NodeDef, index: number): string[] {
  const value = scopes.resolve(scope, dataInput(node, index)).node.attr['value']?.value;
  const strings = value?.case === 'tensor' ? value.value.stringVal : [];
  return strings.map((string) => Buffer.from(string).toString('utf8'));
}
