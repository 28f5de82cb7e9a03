import { binary, broadcast } from '../builder/arithmetic.js';
import type { CallSite } from '../builder/layer-kind.js';
import type { Tensor } from '../builder/tensor.js';
import { operand } from './operands.js';
import { select, truth } from './thresholds.js';

type Comparison = (site: CallSite) => Tensor;

/** What holds is 1 and what does not is 0, for all tensors are float32 here. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessEqual'),
  Where: where,
};

function compare(op: string): Comparison {
  return (site) => {
    const [x, y] = [operand(site, 0, 'x1'), operand(site, 1, 'x2')];
    return truth(site.graph, site.graph.op(op, [x, y], broadcast(x.shape, y.shape)));
  };
}

/** Each side is first made as large as the result, for WebAssembly's kernel does not broadcast. */
function where(site: CallSite): Tensor {
  const { graph } = site;
  const [condition, x, y] = [operand(site, 0, 'condition'), operand(site, 1, 'x1'), operand(site, 2, 'x2')];
  const shape = broadcast(condition.shape, broadcast(x.shape, y.shape));
  if (condition.shape.join() !== shape.join())
    throw site.config.unsupported('with a condition smaller than its result');
  const zeros = graph.op('ZerosLike', [condition], shape);
  const whole = (side: Tensor): Tensor =>
    side.shape.join() === shape.join() ? side : binary(graph, 'AddV2', zeros, side);
  const holds = graph.op('NotEqual', [condition, zeros], shape);
  return select(graph, holds, whole(x), whole(y), condition);
}
