/** An array of numbers that a layer has learnt, as float32 whatever the file keeps. */
export interface WeightArray {
  /** As the file names it: `conv2d/kernel:0` or `0`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/**
 * - `archive`: `model.weights.h5` of a `.keras`, a tree of groups with the datasets `vars/0`, `vars/1`, …;
 * - `whole`: a `.h5` of a model, the config as an attribute and a group for each layer of the outermost model.
 */
export type Hdf5Layout = 'archive' | 'whole';

/** What a Keras model needs of an HDF5 file. */
export interface Hdf5Contents {
  /** The config as JSON text; `null` in an archive, which has it elsewhere. */
  readonly config: string | null;
  readonly kerasVersion: string | null;
  /** What Keras computed with: `tensorflow`, `theano`, `jax`; `null` where the file does not say. */
  readonly backend: string | null;
  /** In the file's order, by the path of the group above `vars` (`layers/conv2d`), or by the layer's name. */
  readonly groups: ReadonlyMap<string, readonly WeightArray[]>;
}
