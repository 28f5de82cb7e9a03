import { totalmem } from 'node:os';

/** The most that a model's files may have. */

/** Of a protobuf: 2 GiB less one. */
export const MAX_SAVED_MODEL_BYTES = 2 ** 31 - 1;
/** Of a Keras file: 4 GiB less one, which the memory of 32 bits holds in which HDF5 files are read. */
export const MAX_KERAS_BYTES = 2 ** 32 - 1;
/** Of the index of variables. */
export const MAX_INDEX_BYTES = 256 * 1024 ** 2;
/** Of a file of variables: it must fit into memory. */
export const MAX_DATA_BYTES = totalmem();
