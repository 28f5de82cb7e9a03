import { INIT_OP_SIGNATURE } from './init-op.js';
import type { NodeDef } from './proto/graph_pb.js';
import { canonical, reach } from './reach.js';
import type { SavedModelFile } from './saved-model-file.js';

/** Ops that change what later runs find: of variables, tables and queues, by how TensorFlow names them. */
const CHANGES =
  /^(Assign|DestroyResourceOp|LookupTable(Insert|Import|Remove)|Scatter(Add|Sub|Mul|Div|Min|Max|Update)|ScatterNd(Add|Sub|Min|Max|Update)|Resource(Apply|Sparse|Scatter|StridedSliceAssign|CountUpTo)|Apply|SparseApply|StridedSliceAssign|CountUpTo|Write|Save|Queue|Stage|Unstage|Barrier|Stack)/;

/** Whether a run of it leaves something behind for later runs. Random generators, whose state is nobody's answer, do not count. */
export function changesState({ op }: NodeDef): boolean {
  return CHANGES.test(op);
}

/** The signatures of a model of which no run may be made up, repeated or joined with another, since later ones answer otherwise. */
export function statefulSignatures(model: SavedModelFile): string[] {
  return [...model.signatures.keys()].filter(
    (name) => name !== INIT_OP_SIGNATURE && runBy(model, name).some(changesState),
  );
}

/** Whether loading gives a variable its value out of the bundle of variables. */
export function restoresVariables(model: SavedModelFile): boolean {
  const restored = nodesReached(model, [model.metaGraph.saverDef?.restoreOpName ?? '']);
  return restored.some(({ op }) => op === 'AssignVariableOp' || op === 'Assign');
}

/** Every node that a run of the signature may execute. */
export function runBy(model: SavedModelFile, name: string): NodeDef[] {
  const { inputs = [], outputs = [] } = model.signatures.get(name) ?? {};
  const fed = new Set(inputs.flatMap(({ nodes }) => nodes.map(canonical)));
  return nodesReached(
    model,
    outputs.flatMap(({ nodes }) => nodes),
    fed,
  );
}

/** Every node, of the graph and of functions, that computing `roots` may execute. */
export function nodesReached(
  model: SavedModelFile,
  roots: readonly string[],
  fed?: ReadonlySet<string>,
): NodeDef[] {
  const { nodes, functions } = reach(model, roots, fed);
  return [
    ...model.graph.node.filter(({ name }) => nodes.has(name)),
    ...[...functions].flatMap((name) => model.functions.get(name)!.nodeDef),
  ];
}
