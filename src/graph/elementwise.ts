import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { executed } from './executed.js';
import { canonical, NotFlatError } from './flat-graph.js';
import { Scopes } from './scope.js';

/** Ops that compute element by element, for which a tensor of any shape is right, and those that bring what they compute with. */
const ELEMENTWISE: ReadonlySet<string> = new Set(
  `Const NoOp Placeholder VarHandleOp ReadVariableOp DisableCopyOnRead VariableV2 Identity IdentityN StopGradient Cast Add AddV2 Sub Mul Div RealDiv
  DivNoNan Neg Abs Sign Square SquaredDifference Sqrt Rsqrt Pow Exp Log Log1p Expm1 Sin Cos Tanh Sigmoid Floor Ceil Round Maximum Minimum
  Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot`.split(/\s+/),
);

/** Whether a signature does nothing with its inputs that depends on their shapes. */
export function isElementwise(model: SavedModelFile, { inputs, outputs }: SavedSignature): boolean {
  const fed = new Set(inputs.flatMap(({ nodes }) => nodes.map(canonical)));
  const scopes = new Scopes(model);
  try {
    return executed(
      scopes,
      outputs.flatMap(({ nodes }) => nodes),
      (tensor) => fed.has(tensor),
    ).every(({ node }) => ELEMENTWISE.has(node.op) || scopes.isCall(node));
  } catch (error) {
    if (error instanceof NotFlatError) return false;
    throw error;
  }
}
