/** The dtypes that tensors have between the line and an engine, and the arrays that hold them. */
export interface TensorArrays {
  float32: Float32Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Real and imaginary parts in turn: twice as many numbers as elements. */
  complex64: Float32Array;
  /** One byte string per element. */
  string: readonly Uint8Array[];
}

export type DType = keyof TensorArrays;

export const DTYPES: readonly DType[] = ['float32', 'int32', 'int64', 'uint8', 'bool', 'complex64', 'string'];

/** Row-major. `data` holds as many elements as the product of `shape`; a scalar has the shape `[]`. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorArrays[DType];
  /**
   * Only for uint8 pixels of shape `[n, height, width, channels]` or `[height, width, channels]`: how the engine turns them into what the graph
   * takes, so that bytes travel and not floats.
   */
  readonly normalise?: Normalise;
}

/**
 * `(pixel * scale - mean[c]) / std[c]` per channel, computed in float64 and rounded once to float32, after the
 * channels were put in `order` (`[2, 1, 0]` makes BGR of RGB; `mean` and `std` are in the new order).
 */
export interface Normalise {
  readonly dtype: 'float32' | 'int32' | 'uint8';
  readonly layout: 'nhwc' | 'nchw';
  readonly order: readonly number[];
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A tensor that a signature takes or gives. `null` in a shape is any size; a `null` shape is any rank. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | null)[] | null;
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether a tensor of `shape` may be given where `spec` is asked for. */
export function fits(shape: readonly number[], spec: TensorSpec['shape']): boolean {
  return (
    spec === null ||
    (spec.length === shape.length && spec.every((size, axis) => size === null || size === shape[axis]))
  );
}

/** `float32 [?, 10]`: dtype and shape as they are said to users. */
export function describeTensor({ dtype, shape }: Pick<TensorSpec, 'dtype' | 'shape'>): string {
  return shape === null
    ? `${dtype} of any shape`
    : `${dtype} [${shape.map((size) => size ?? '?').join(', ')}]`;
}
