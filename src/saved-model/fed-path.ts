import { apiOf, FunctionReferences } from './function-references.js';
import type { FunctionDef, NodeDef } from './proto/graph_pb.js';
import { nodeOf, type Reach } from './reach.js';
import type { SavedModelFile } from './saved-model-file.js';

const MAX_DEPTH = 50;

/** Follows a path back to the node that the loader feeds: through identities, and through the arguments of calls. */
export class FedPath {
  /** Calls that restoring may make, by the name of the function called. */
  private readonly calls = new Map<string, { node: NodeDef; where: string | null }[]>();
  private readonly known = new Map<string, boolean>();
  private readonly bodies = new Map<string | null, ReadonlyMap<string, NodeDef>>();

  private readonly references: FunctionReferences;

  constructor(
    private readonly model: SavedModelFile,
    restored: Reach,
    private readonly fedNode: string,
  ) {
    this.references = new FunctionReferences(model);
    const graph = model.graph.node.filter(({ name }) => restored.nodes.has(name));
    this.bodies.set(null, new Map(graph.map((node) => [node.name, node])));
    for (const node of graph) this.addCall(node, null);
    for (const where of restored.functions) {
      const { nodeDef } = model.functions.get(where)!;
      this.bodies.set(where, new Map(nodeDef.map((node) => [node.name, node])));
      for (const node of nodeDef) this.addCall(node, where);
    }
  }

  /** Whether the tensor, an input within the graph or the function `where`, is the path that the loader feeds. */
  isFed(tensor: string, where: string | null, depth = 0): boolean {
    if (depth > MAX_DEPTH) return false;
    const name = nodeOf(tensor);
    const key = JSON.stringify([where, name]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, false); // What depends on itself is not fed.
    const fed = this.trace(name, where, depth);
    this.known.set(key, fed);
    return fed;
  }

  private trace(name: string, where: string | null, depth: number): boolean {
    if (where === null && name === this.fedNode) return true;
    const node = this.bodies.get(where)?.get(name);
    if (node) return node.op === 'Identity' && this.isFed(node.input[0] ?? '', where, depth + 1);
    return where !== null && this.isFedArgument(name, where, depth);
  }

  /** Every call of the function hands the path on as this argument. */
  private isFedArgument(name: string, where: string, depth: number): boolean {
    const index = argumentIndex(this.model.functions.get(where)!, name);
    const calls = this.calls.get(where) ?? [];
    return (
      index !== null &&
      calls.length > 0 &&
      calls.every(({ node, where: caller }) => {
        const plain = node.op === 'PartitionedCall' || node.op === 'StatefulPartitionedCall';
        return plain && this.isFed(node.input[index] ?? '', caller, depth + 1);
      })
    );
  }

  private addCall(node: NodeDef, where: string | null): void {
    for (const name of this.references.ofNode(node)) {
      const list = this.calls.get(name) ?? [];
      list.push({ node, where });
      this.calls.set(name, list);
    }
  }
}

/** Which argument of the function has the name; `null` if that does not say which input of a call it is. */
function argumentIndex(definition: FunctionDef, name: string): number | null {
  // The optimiser may take its place for another function's call.
  if (apiOf(definition) !== null) return null;
  const inputs = definition.signature?.inputArg ?? [];
  // An argument that stands for several tensors would shift those after it.
  if (inputs.some(({ numberAttr, typeListAttr }) => numberAttr !== '' || typeListAttr !== '')) return null;
  const index = inputs.findIndex((input) => input.name === name);
  return index < 0 ? null : index;
}
