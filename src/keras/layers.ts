import type { LayerKind } from './builder/layer-kind.js';
import { ACTIVATION_LAYERS } from './layers/activation-layers.js';
import { ADAPTIVE_POOLING } from './layers/adaptive-pooling.js';
import { AUTO_CONTRAST } from './layers/auto-contrast.js';
import { CONVOLUTION } from './layers/convolution.js';
import { DENSE } from './layers/dense.js';
import { ATTENTION } from './layers/attention.js';
import { DOT } from './layers/dot.js';
import { EINSUM_DENSE } from './layers/einsum-dense.js';
import { GROUP_NORMALISATION } from './layers/group-normalisation.js';
import { MERGING } from './layers/merging.js';
import { NORMALISATION } from './layers/normalisation.js';
import { FUNCTION_LAYERS, operationOf } from './layers/operations.js';
import { POOLING } from './layers/pooling.js';
import { RESHAPING } from './layers/reshaping.js';
import { RESIZING } from './layers/resizing.js';
import { SCALING } from './layers/scaling.js';
import { SEQUENCE_ATTENTION } from './layers/sequence-attention.js';
import { TRAINING_ONLY } from './layers/training-only.js';
import { TRANSPOSED_CONVOLUTION } from './layers/transposed-convolution.js';
import { VECTOR_LENGTHS } from './layers/vector-lengths.js';
import { spectralNormalisation } from './layers/wrappers.js';
import type { KerasLayer } from './model/keras-model.js';

/** The classes of layers that can be built. */
const LAYERS: ReadonlyMap<string, LayerKind> = new Map(
  Object.entries({
    ...CONVOLUTION,
    ...TRANSPOSED_CONVOLUTION,
    ...DENSE,
    ...EINSUM_DENSE,
    ...ATTENTION,
    ...SEQUENCE_ATTENTION,
    ...DOT,
    ...GROUP_NORMALISATION,
    ...NORMALISATION,
    ...VECTOR_LENGTHS,
    ...SCALING,
    ...POOLING,
    ...ADAPTIVE_POOLING,
    ...AUTO_CONTRAST,
    ...ACTIVATION_LAYERS,
    ...MERGING,
    ...RESHAPING,
    ...RESIZING,
    ...FUNCTION_LAYERS,
    ...TRAINING_ONLY,
    SpectralNormalization: spectralNormalisation((className) => LAYERS.get(className)),
  }),
);

/**
 * How to build a layer or an operation.
 * @throws KerasFault that names it, if it is of a class that cannot be built
 */
export function layerKindOf({ className, config, role }: KerasLayer): LayerKind {
  const kind = role === 'operation' ? operationOf(className) : LAYERS.get(className);
  if (!kind) throw config.unsupported('');
  return kind;
}
