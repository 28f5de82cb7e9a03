import { FunctionReferences } from './function-references.js';
import type { SavedModelFile } from './saved-model-file.js';

/** The part of a model that a run may execute. */
export interface Reach {
  /** Names of the graph's nodes. */
  readonly nodes: ReadonlySet<string>;
  /** Names of the library's functions; of a function that runs, every node may run. */
  readonly functions: ReadonlySet<string>;
}

/**
 * Finds what a run may execute: from `roots`, names of nodes or tensors, back along data and control inputs, and into
 * every function that a node on the way calls or mentions. In doubt a function is counted in: see `FunctionReferences`.
 */
export function reach(model: SavedModelFile, roots: Iterable<string>): Reach {
  const graph = new Map(model.graph.node.map((node) => [node.name, node]));
  const references = new FunctionReferences(model);
  const nodes = new Set<string>();
  const functions = new Set<string>();
  const open: string[] = [];
  const visit = (name: string): void => {
    if (!graph.has(name) || nodes.has(name)) return;
    nodes.add(name);
    open.push(name);
  };
  for (const root of roots) visit(nodeOf(root));
  const called: string[] = [];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = graph.get(name)!;
    for (const input of node.input) visit(nodeOf(input));
    called.push(...references.ofNode(node));
  }
  for (let name = called.pop(); name !== undefined; name = called.pop()) {
    if (functions.has(name)) continue;
    functions.add(name);
    for (const next of references.ofFunction(name)) if (!functions.has(next)) called.push(next);
  }
  return { nodes, functions };
}

/** The node of an input or a tensor's name: `a` of `a`, `a:1`, `a:output:0` and `^a`. */
export function nodeOf(tensor: string): string {
  const end = tensor.indexOf(':');
  return tensor.slice(tensor.startsWith('^') ? 1 : 0, end < 0 ? undefined : end);
}
