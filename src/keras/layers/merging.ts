import { binary, times } from '../builder/arithmetic.js';
import { type CallSite, inputsOf, type LayerKind } from '../builder/layer-kind.js';
import { concat, expandDims } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';

export const MERGING: Readonly<Record<string, LayerKind>> = {
  Add: { build: (site) => merge(site, 'AddV2') },
  Subtract: { build: (site) => merge(site, 'Sub') },
  Multiply: { build: (site) => merge(site, 'Mul') },
  Maximum: { build: (site) => merge(site, 'Maximum') },
  Minimum: { build: (site) => merge(site, 'Minimum') },
  Average: { build: (site) => times(site.graph, merge(site, 'AddV2'), 1 / inputsOf(site).length) },
  Concatenate: { build: (site) => concatenate(site, site.config.integers('axis', -1)) },
};

function merge(site: CallSite, op: string): Tensor {
  const { graph } = site;
  const tensors = inputsOf(site);
  const rank = tensors.reduce((most, tensor) => Math.max(most, tensor.rank), 0);
  const [first, ...others] = tensors.map((tensor) => {
    let filled = tensor;
    // Keras puts the missing dimensions after the examples.
    while (filled.rank < rank) filled = expandDims(graph, filled, 1);
    return filled;
  });
  if (!first || (op === 'Sub' && others.length !== 1))
    throw site.config.unsupported('called with other than two tensors');
  return others.reduce((merged, tensor) => binary(graph, op, merged, tensor), first);
}

export function concatenate(site: CallSite, axes: readonly number[]): Tensor {
  const tensors = inputsOf(site);
  const rank = tensors[0]!.rank;
  const axis = axes[0]! < 0 ? axes[0]! + rank : axes[0]!;
  const fits = tensors.every(
    (tensor) =>
      tensor.rank === rank &&
      tensor.shape.every(
        (size, at) => at === axis || size === null || sizesAt(tensors, at).every((other) => other === size),
      ),
  );
  if (axes.length !== 1 || axis < 1 || axis >= rank || !fits) {
    throw site.config.malformed('axis', 'one along which its inputs can be joined');
  }
  return concat(site.graph, tensors, axis);
}

function sizesAt(tensors: readonly Tensor[], axis: number): number[] {
  return tensors.map(({ shape }) => shape[axis] ?? null).filter((size) => size !== null);
}
