import type { DType, Tensor } from '../engine/tensor.js';
import { fromBfloat16, fromFloat16, roundToBfloat16, roundToFloat16 } from '../numbers/half.js';

/**
 * A tensor as nested JSON arrays. NaN and infinities, for which JSON has no words, are `null`; strings that are not UTF-8 are
 * `{"b64": …}`.
 */
export function tensorToJson({ dtype, shape, data }: Tensor): unknown {
  const toJson = elementToJson(dtype);
  let next = 0;
  const build = (axis: number): unknown => {
    if (axis < shape.length) return Array.from({ length: shape[axis]! }, () => build(axis + 1));
    return toJson(data as never, next++);
  };
  return build(0);
}

/** What makes JSON of an element of a dtype, by its index. */
export function elementToJson(dtype: DType): (data: never, index: number) => unknown {
  return TO_JSON[dtype];
}

const TO_JSON: { readonly [D in DType]: (data: never, index: number) => unknown } = {
  float32: (data: Float32Array, index) => shortest(data[index]!),
  float64: (data: Float64Array, index) => finite(data[index]!),
  float16: (data: Uint16Array, index) => shortest(fromFloat16(data[index]!), roundToFloat16, 3),
  bfloat16: (data: Uint16Array, index) => shortest(fromBfloat16(data[index]!), roundToBfloat16, 2),
  complex64: (data: Float32Array, index) => [shortest(data[2 * index]!), shortest(data[2 * index + 1]!)],
  complex128: (data: Float64Array, index) => [finite(data[2 * index]!), finite(data[2 * index + 1]!)],
  int8: (data: Int8Array, index) => data[index],
  int16: (data: Int16Array, index) => data[index],
  int32: (data: Int32Array, index) => data[index],
  int64: (data: BigInt64Array, index) => numberOrText(data[index]!),
  uint8: (data: Uint8Array, index) => data[index],
  uint16: (data: Uint16Array, index) => data[index],
  uint32: (data: Uint32Array, index) => data[index],
  uint64: (data: BigUint64Array, index) => numberOrText(data[index]!),
  bool: (data: Uint8Array, index) => data[index] === 1,
  string: (data: readonly Uint8Array[], index) => textOrBase64(data[index]!),
};

/**
 * The shortest decimal that is this number of a narrow dtype: 0.1, not 0.10000000149011612.
 * @param round to the nearest number of the dtype, float32 by default
 * @param digits how many it has at least, unless it is tiny
 */
export function shortest(value: number, round = Math.fround, digits = 6): number | null {
  if (!Number.isFinite(value)) return null;
  if (Number.isSafeInteger(value)) return value;
  // Numbers below 2^-126 (float16: 2^-14) have fewer bits the smaller they are, and may need no more than one digit.
  const tiny = Math.abs(value) < (round === roundToFloat16 ? 2 ** -14 : 2 ** -126);
  for (let count = tiny ? 1 : digits; count < 9; count++) {
    const rounded = Number(value.toPrecision(count));
    if (round(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function numberOrText(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function textOrBase64(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { b64: Buffer.from(bytes).toString('base64') };
  }
}
