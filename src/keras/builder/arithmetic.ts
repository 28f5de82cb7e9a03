import { KerasFault } from '../keras.errors.js';
import type { Scope } from './scope.js';
import type { Shape, Tensor } from './tensor.js';

/** Ops on every element. Each adds nodes and gives the output. */

export function unary(graph: Scope, op: string, x: Tensor): Tensor {
  return graph.op(op, [x], x.shape);
}

export function binary(graph: Scope, op: string, x: Tensor, y: Tensor): Tensor {
  return graph.op(op, [x, y], broadcast(x.shape, y.shape));
}

/** The shape of an op on two tensors, as NumPy has it. */
export function broadcast(one: Shape, other: Shape): Shape {
  const rank = Math.max(one.length, other.length);
  return Array.from({ length: rank }, (_, index) => {
    const a = one.length - rank + index < 0 ? 1 : one[one.length - rank + index]!;
    const b = other.length - rank + index < 0 ? 1 : other[other.length - rank + index]!;
    if (a === 1) return b;
    if (b === 1) return a;
    if (a !== null && b !== null && a !== b) {
      throw new KerasFault(
        `is damaged: it combines shapes that do not fit, [${one.join()}] and [${other.join()}]`,
      );
    }
    return a ?? b;
  });
}

export function plus(graph: Scope, x: Tensor, value: number): Tensor {
  return binary(graph, 'AddV2', x, graph.scalar(value));
}

export function times(graph: Scope, x: Tensor, value: number): Tensor {
  return binary(graph, 'Mul', x, graph.scalar(value));
}

export function clip(graph: Scope, x: Tensor, least: number | null, most: number | null): Tensor {
  const above = least === null ? x : binary(graph, 'Maximum', x, graph.scalar(least));
  return most === null ? above : binary(graph, 'Minimum', above, graph.scalar(most));
}
