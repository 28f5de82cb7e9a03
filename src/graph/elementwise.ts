import { append } from '../saved-model/function-references.js';
import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { canonical, nodeOf } from '../saved-model/reach.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { type Scope, Scopes } from './scope.js';

/** Ops that compute element by element, for which a tensor of any shape is right, and those that bring what they compute with. */
const ELEMENTWISE: ReadonlySet<string> = new Set(
  `Const NoOp Placeholder VarHandleOp ReadVariableOp DisableCopyOnRead VariableV2 Identity IdentityN StopGradient Cast Add AddV2 Sub Mul Div RealDiv
  DivNoNan Neg Abs Sign Square SquaredDifference Sqrt Rsqrt Pow Exp Log Log1p Expm1 Sin Cos Tanh Sigmoid Floor Ceil Round Maximum Minimum
  Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot`.split(/\s+/),
);

/**
 * Whether a signature does nothing with its inputs that depends on their shapes. What it computes of its own, of constants and variables, does
 * not matter.
 */
export function isElementwise(model: SavedModelFile, { inputs, outputs }: SavedSignature): boolean {
  const fed = new Set(inputs.flatMap(({ nodes }) => nodes.map(canonical)));
  const isFed = (tensor: string): boolean => fed.has(canonical(tensor));
  const scopes = new Scopes(model);
  try {
    const all = executed(
      scopes,
      outputs.flatMap(({ nodes }) => nodes),
      isFed,
    );
    const dependent = dependentNodes(
      all.filter(({ scope }) => scope === scopes.root).map(({ node }) => node),
      isFed,
    );
    return all.every(
      ({ scope, node }) =>
        ELEMENTWISE.has(node.op) || scopes.isCall(node) || !dependent.has(outermost(scope, node)),
    );
  } catch (error) {
    if (error instanceof NotFlatError) return false;
    throw error;
  }
}

/** The names of the graph's nodes among `nodes` to which the way from a fed tensor leads. */
function dependentNodes(nodes: readonly NodeDef[], isFed: (tensor: string) => boolean): ReadonlySet<string> {
  const takers = new Map<string, string[]>();
  const open: string[] = [];
  for (const { name, input } of nodes) {
    for (const tensor of input) {
      if (isFed(tensor)) open.push(name);
      else append(takers, nodeOf(tensor), name);
    }
  }
  const found = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(takers.get(name) ?? []));
  }
  return found;
}

/** The name of the graph's node that executes a node: of one in a function, that of the call. */
function outermost({ call }: Scope, node: NodeDef): string {
  let [from, name] = [call, node.name];
  for (; from; from = from.from.call) ({ name } = from.node);
  return name;
}
