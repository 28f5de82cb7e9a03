import type { DType } from '../../engine/tensor.js';

/** Names of dtypes where TensorFlow's C++ does not say them as its Python does (`DataTypeString`). */
const NAMES: { readonly [D in DType]?: string } = { float32: 'float', float64: 'double', float16: 'half' };

/** `float`, `int32`, …, as error texts have it. */
export function dtypeName(dtype: DType): string {
  return NAMES[dtype] ?? dtype;
}
