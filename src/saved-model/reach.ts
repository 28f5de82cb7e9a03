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
 * @param fed tensors that are given, by `canonical`: nothing needs to be computed for them
 */
export function reach(
  model: SavedModelFile,
  roots: Iterable<string>,
  fed: ReadonlySet<string> = new Set(),
): Reach {
  const graph = new Map(model.graph.node.map((node) => [node.name, node]));
  const references = new FunctionReferences(model);
  const nodes = new Set<string>();
  const functions = new Set<string>();
  const open: string[] = [];
  const visit = (tensor: string): void => {
    const name = nodeOf(tensor);
    if (!graph.has(name) || nodes.has(name) || fed.has(canonical(tensor))) return;
    nodes.add(name);
    open.push(name);
  };
  for (const root of roots) visit(root);
  const called: string[] = [];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = graph.get(name)!;
    for (const input of node.input) visit(input);
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

/** A tensor's name with its number also where that is 0: `name:k`. A control input stays as it is. */
export function canonical(tensor: string): string {
  if (tensor.startsWith('^')) return tensor;
  const colon = tensor.lastIndexOf(':');
  return colon < 0 ? `${tensor}:0` : `${tensor.slice(0, colon)}:${Number(tensor.slice(colon + 1))}`;
}
