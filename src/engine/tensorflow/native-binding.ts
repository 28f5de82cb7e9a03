/**
 * The native addon of `@tensorflow/tfjs-node-gpu`, as far as it is called here. Called directly and not through the
 * package's `TFSavedModel`, which loses the upper half of int64 on the way in, knows no uint8, and refuses a whole model for
 * one dtype in one of its signatures. Each thread that loads it has its own tensors and sessions, by number.
 */
export interface Binding {
  createTensor(
    shape: number[],
    dtype: number,
    data: Float32Array | Int32Array | Uint8Array | Uint8Array[],
  ): number;
  deleteTensor(id: number): void;
  /** Float32Array (complex: twice as many numbers), Int32Array, BigInt64Array, Uint8Array (bool) or Uint8Array[]. */
  tensorDataSync(id: number): Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint8Array[];
  executeOp(
    name: string,
    attributes: readonly { readonly name: string; readonly type: number; readonly value: number | boolean }[],
    inputs: number[],
    outputs: number,
  ): NativeTensor[];
  /**
   * @param tags joined by commas; one that begins with `SHARED` names the session for all threads of the process, `ON_CPU` keeps it off
   * the GPU
   */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** @param inputNames and `outputNames`: nodes such as `serving_default_x:0`, joined by commas */
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): NativeTensor[];

  isUsingGpuDevice(): boolean;

  /** Of libtensorflow, such as `2.20.0`. */
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
}

/** See `scripts/tensorflow/addon/shared_sessions.cc`. */
export const SHARED = 'tensornest-session:';
export const ON_CPU = 'tensornest-cpu';

export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
}
