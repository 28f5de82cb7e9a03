import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { canonical, nodeOf } from '../saved-model/reach.js';
import { NotFlatError } from './flat-graph.js';
import type { Scope, Scopes } from './scope.js';

export interface Executed {
  readonly scope: Scope;
  readonly node: NodeDef;
}

const MAX_EXECUTED = 2_000_000;

/**
 * Every node that computing `tensors` of the graph executes: back along data and control inputs, and every node of a function that
 * is called, since what has effects there runs in any case.
 * @param isFed whether a tensor is given, so that it need not be computed
 * @throws NotFlatError
 */
export function executed(
  scopes: Scopes,
  tensors: Iterable<string>,
  isFed: (tensor: string) => boolean = () => false,
): Executed[] {
  const found: Executed[] = [];
  const seen = new Set<string>();
  const open = [...tensors];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const name = nodeOf(tensor);
    const node = scopes.root.nodes.get(name);
    if (!node || seen.has(name) || isFed(canonical(tensor))) continue;
    seen.add(name);
    found.push({ scope: scopes.root, node });
    for (const input of node.input) open.push(input);
  }
  // The list grows while it is walked: functions call functions.
  for (const { scope, node } of found) {
    if (!scopes.isCall(node)) continue;
    const inner = scopes.enter(scope, node);
    for (const called of inner.nodes.values()) found.push({ scope: inner, node: called });
    if (found.length > MAX_EXECUTED) throw new NotFlatError('Its functions are too many to be inlined.');
  }
  return found;
}
