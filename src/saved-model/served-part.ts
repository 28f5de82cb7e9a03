import { create } from '@bufbuild/protobuf';
import { INIT_OP_SIGNATURE, initRoots } from './init-op.js';
import { AttrValueSchema, type NodeDef, NodeDefSchema } from './proto/graph_pb.js';
import { canonical, nodeOf, type Reach, reach } from './reach.js';
import type { SavedModelFile } from './saved-model-file.js';
import { graphTensors, type SavedTensor } from './signature.js';

/**
 * The part of a model that runs where these signatures are served: what they reach from what is fed, and what loading runs. The rest of the
 * graph and of the function library is not in it, so that nothing can run it.
 *
 * What is fed and never computed becomes a placeholder.
 */
export function servedPart(model: SavedModelFile, names: readonly string[]): SavedModelFile {
  const signatures = new Map(
    [...model.signatures].filter(([name]) => name === INIT_OP_SIGNATURE || names.includes(name)),
  );
  const inputs = [...signatures.values()].flatMap((signature) => signature.inputs);
  const parts = [
    reach(model, [...loaderRoots(model), ...copiedVariables(model)]),
    ...Array.from(signatures.values(), (signature) =>
      reach(model, tensorsOf(signature.outputs), fedBy(signature.inputs)),
    ),
  ];
  const only = onlyFed(model, inputs, parts);
  // Such a node has one output: what is fed elsewhere stays as it is, with all that it needs.
  const others = tensorsOf(inputs).filter((tensor) => !only.has(nodeOf(tensor)));
  parts.push(reach(model, others));
  return pickedFrom(model, signatures, parts, only);
}

/** What loading runs or feeds. */
function loaderRoots(model: SavedModelFile): string[] {
  const { saverDef, assetFileDef } = model.metaGraph;
  const assets = assetFileDef.flatMap(({ tensorInfo }) => (tensorInfo ? graphTensors(tensorInfo) : []));
  return [saverDef?.restoreOpName ?? '', saverDef?.filenameTensorName ?? '', ...initRoots(model), ...assets];
}

/**
 * The nodes that make a variable a copy of another. Nothing runs them, but they tell where a variable's value is that loading does not
 * restore: see `restoredFrom`.
 */
function copiedVariables({ graph }: SavedModelFile): string[] {
  const byName = new Map(graph.node.map((node) => [node.name, node]));
  const isFrom = (tensor: string | undefined, op: string): NodeDef | undefined => {
    const node = byName.get(nodeOf(tensor ?? ''));
    return node?.op === op && node.input.every((input) => !input.startsWith('^')) ? node : undefined;
  };
  return graph.node
    .filter(({ op, input: [copy, value, more] }) => {
      const read = op === 'AssignVariableOp' && more === undefined && isFrom(value, 'ReadVariableOp');
      return read && isFrom(copy, 'VarHandleOp') && isFrom(read.input[0], 'VarHandleOp');
    })
    .map(({ name }) => name);
}

/** The nodes that nobody computes, each with the tensor that is fed in its place. */
function onlyFed(
  model: SavedModelFile,
  inputs: readonly SavedTensor[],
  parts: readonly Reach[],
): ReadonlyMap<string, SavedTensor> {
  const found = new Map<string, SavedTensor>();
  for (const tensor of inputs) {
    const [first, ...others] = tensor.nodes;
    const name = nodeOf(first ?? '');
    const isComputed = parts.some(({ nodes }) => nodes.has(name));
    if (!isComputed && others.length === 0) found.set(name, tensor);
  }
  for (const tensor of tensorsOf(inputs).map(canonical)) {
    if (tensor !== `${nodeOf(tensor)}:0`) found.delete(nodeOf(tensor));
  }
  const placeholders = model.graph.node.filter(({ op }) => op === 'Placeholder' || op === 'PlaceholderV2');
  for (const { name } of placeholders) found.delete(name); // They are, and know their shape.
  return found;
}

function pickedFrom(
  model: SavedModelFile,
  signatures: SavedModelFile['signatures'],
  parts: readonly Reach[],
  only: ReadonlyMap<string, SavedTensor>,
): SavedModelFile {
  const served = new Set(parts.flatMap(({ nodes }) => [...nodes]));
  const called = new Set(parts.flatMap(({ functions }) => [...functions]));
  const node = model.graph.node.flatMap((one) => {
    const fed = only.get(one.name);
    if (fed) return [placeholder(one.name, fed)];
    return served.has(one.name) ? [one] : [];
  });
  const functions = new Map([...model.functions].filter(([name]) => called.has(name)));
  const { library } = model.graph;
  const gradient = (library?.gradient ?? []).filter(
    ({ functionName, gradientFunc }) => called.has(functionName) && called.has(gradientFunc),
  );
  const graph = {
    ...model.graph,
    node,
    ...(library && { library: { ...library, function: [...functions.values()], gradient } }),
  };
  const signatureDef = Object.fromEntries(
    Object.entries(model.metaGraph.signatureDef).filter(([name]) => signatures.has(name)),
  );
  const metaGraph = { ...model.metaGraph, graphDef: graph, signatureDef };
  return { ...model, metaGraph, signatures, graph, functions };
}

function placeholder(name: string, { dataType }: SavedTensor): NodeDef {
  const dtype = create(AttrValueSchema, { value: { case: 'type', value: dataType } });
  return create(NodeDefSchema, { name, op: 'Placeholder', attr: { dtype } });
}

function tensorsOf(tensors: readonly SavedTensor[]): string[] {
  return tensors.flatMap(({ nodes }) => nodes);
}

function fedBy(inputs: readonly SavedTensor[]): ReadonlySet<string> {
  return new Set(tensorsOf(inputs).map(canonical));
}
