import { quote } from '../../saved-model/saved-model.errors.js';
import type { CallSite, LayerKind } from '../builder/layer-kind.js';
import type { Tensor } from '../builder/tensor.js';
import { isObject, member } from '../model/json.js';
import { LayerConfig } from '../model/layer-config.js';

/**
 * `SpectralNormalization`: training divides the kernel of the layer in it and keeps the result, so that at inference that layer is
 * all it is. A `.h5` has one weight more, of the next division.
 * @param kindOf how to build a class of layers; `undefined` for one that cannot be built
 */
export function spectralNormalisation(kindOf: (className: string) => LayerKind | undefined): LayerKind {
  const wrapped = (config: LayerConfig): { kind: LayerKind; inner: LayerConfig } => {
    const layer = config.raw('layer');
    const className = member(layer, 'class_name');
    const values = member(layer, 'config');
    if (typeof className !== 'string' || !isObject(values)) throw config.malformed('layer', 'a layer');
    const kind = kindOf(className);
    const module = member(layer, 'module');
    const isOwn = typeof module === 'string' && !/^(tf_)?keras(\.|$)/.test(module);
    if (!kind || isOwn) throw config.unsupported(`around the class ${quote(className.slice(0, 80))}`);
    return { kind, inner: new LayerConfig(values, config.subject) };
  };
  return {
    weights: (config) => {
      const { kind, inner } = wrapped(config);
      const { trained = [], kept = [] } = kind.weights?.(inner) ?? {};
      return { trained, kept: [...kept, 'vector_u'], parts: ['layer'] };
    },
    build: (site: CallSite): Tensor | readonly Tensor[] => {
      const { kind, inner } = wrapped(site.config);
      return kind.build({ ...site, config: inner });
    },
  };
}
