import type { WeightArray } from '../hdf5/contents.js';
import type { KerasLayer } from '../model/keras-model.js';

/** Where each layer's weights are in a file. */
export interface WeightSource {
  /**
   * The weights of a layer, in Keras's order; fewer if the file lacks some.
   * @param layer one of the model's own, the same object
   */
  of(layer: KerasLayer): readonly WeightArray[];
  /** For sentences: the place where a layer's weights would be. */
  place(layer: KerasLayer): string;
}
