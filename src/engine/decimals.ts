import { fromBfloat16, fromFloat16 } from '../numbers/half.js';
import type { Tensor } from './tensor.js';

export type Decimals = ArrayLike<number> & Iterable<number>;

/** The numbers of a tensor of any dtype of numbers but complex ones; 64-bit integers as the nearest float64. */
export function decimals({ dtype, data }: Pick<Tensor, 'dtype' | 'data'>): Decimals {
  if (dtype === 'float16') return Float32Array.from(data as Uint16Array, fromFloat16);
  if (dtype === 'bfloat16') return Float32Array.from(data as Uint16Array, fromBfloat16);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  return data as Float32Array;
}
