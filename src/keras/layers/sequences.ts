import type { Scope } from '../builder/scope.js';
import { expandDims } from '../builder/shaping.js';
import { attribute } from '../../graph/nodes.js';
import type { Tensor } from '../builder/tensor.js';

/** A sequence [n, length, channels] as an image of one column. */
export function asImage(graph: Scope, x: Tensor): Tensor {
  return expandDims(graph, x, 2);
}

export function asSequence(graph: Scope, image: Tensor): Tensor {
  return graph.op('Squeeze', [image], image.shape.toSpliced(2, 1), { squeeze_dims: attribute.ints([2]) });
}
