import type { NodeDef } from './proto/graph_pb.js';
import type { SavedModelFile } from './saved-model-file.js';

/** Devices that every machine has, as a node names them; and none. */
const HERE = /^(\/job:localhost)?(\/replica:0)?(\/task:0)?(\/(device:)?[cC][pP][uU]:[0*])?$/;

/**
 * A model whose nodes run wherever they can: what is pinned to a GPU, or to a machine of the cluster that trained it, is not any more, as with
 * TensorFlow's soft placement. What is pinned to the CPU stays there.
 * @returns the model itself if nothing of it is pinned elsewhere
 */
export function withoutPins(model: SavedModelFile): SavedModelFile {
  const functions = [...model.functions.values()];
  if (!model.graph.node.some(isPinned) && !functions.some(({ nodeDef }) => nodeDef.some(isPinned)))
    return model;
  const freed = (node: NodeDef): NodeDef => (isPinned(node) ? { ...node, device: '' } : node);
  const free = functions.map((definition) => ({ ...definition, nodeDef: definition.nodeDef.map(freed) }));
  const { library } = model.graph;
  const graph = {
    ...model.graph,
    node: model.graph.node.map(freed),
    ...(library && { library: { ...library, function: free } }),
  };
  return {
    ...model,
    metaGraph: { ...model.metaGraph, graphDef: graph },
    graph,
    functions: new Map(free.map((definition) => [definition.signature?.name ?? '', definition])),
  };
}

function isPinned({ device }: NodeDef): boolean {
  return !HERE.test(device);
}
