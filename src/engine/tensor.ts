import type { PixelRange } from '../graph/pixel-range.js';

/** The dtypes that tensors have between the line and an engine, and the arrays that hold them. */
export interface TensorArrays {
  float32: Float32Array;
  float64: Float64Array;
  /** The bits of each number: see `half.ts`. */
  float16: Uint16Array;
  /** The bits of each number: see `half.ts`. */
  bfloat16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Real and imaginary parts in turn: twice as many numbers as elements. */
  complex64: Float32Array;
  /** As complex64. */
  complex128: Float64Array;
  /** One byte string per element. */
  string: readonly Uint8Array[];
}

export type DType = keyof TensorArrays;

/** The dtypes that pixels can be turned into. */
export type PixelType = Exclude<DType, 'string' | 'bool' | 'complex64' | 'complex128'>;

/** Those of them that hold fractions. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** What makes the array of each dtype of numbers: `new NUMBER_ARRAYS[dtype](buffer, byteOffset, length)`. */
export const NUMBER_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
} as const satisfies { readonly [D in Exclude<DType, 'string'>]: unknown };

export const DTYPES: readonly DType[] = [...(Object.keys(NUMBER_ARRAYS) as DType[]), 'string'];

/** How many entries of the array make one element. */
export function entriesPerElement(dtype: DType): number {
  return dtype === 'complex64' || dtype === 'complex128' ? 2 : 1;
}

/** Row-major. `data` holds as many elements as the product of `shape`; a scalar has the shape `[]`. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorArrays[DType];
  /**
   * Only for pixels, uint8 or float32 of shape `[n, height, width, channels]` or `[height, width, channels]`: how the engine turns them into what
   * the graph takes, so that mostly bytes travel and not floats.
   */
  readonly normalise?: Normalise;
}

/**
 * `(pixel * scale - mean[c]) / std[c]` per channel, computed in float64 and rounded once to the dtype, after the
 * channels were put in `order` (`[2, 1, 0]` makes BGR of RGB; `mean` and `std` are in the new order).
 */
export interface Normalise {
  readonly dtype: PixelType;
  /** `nhw`: grey, without an axis for the channel. */
  readonly layout: 'nhwc' | 'nchw' | 'nhw';
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

/** A tensor that a signature takes. */
export interface InputSpec extends TensorSpec {
  /** In what range it takes a picture's values, where the head of its graph tells. */
  readonly takes?: PixelRange;
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** How much memory a tensor's data takes, in bytes. */
export function bytesOf({ data }: Pick<Tensor, 'data'>): number {
  return ArrayBuffer.isView(data)
    ? data.byteLength
    : data.reduce((sum, { byteLength }) => sum + byteLength, 0);
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
