import { DataType } from './proto/tensor_pb.js';

/** A dtype as TensorFlow's Python names it, and the bytes of an element; `null` if they differ from one to the next. */
interface DTypeRule {
  readonly name: string;
  readonly bytes: number | null;
}

const RULES: ReadonlyMap<DataType, DTypeRule> = new Map(
  (
    [
      [DataType.DT_FLOAT, 'float32', 4],
      [DataType.DT_DOUBLE, 'float64', 8],
      [DataType.DT_INT32, 'int32', 4],
      [DataType.DT_UINT8, 'uint8', 1],
      [DataType.DT_INT16, 'int16', 2],
      [DataType.DT_INT8, 'int8', 1],
      [DataType.DT_STRING, 'string', null],
      [DataType.DT_COMPLEX64, 'complex64', 8],
      [DataType.DT_INT64, 'int64', 8],
      [DataType.DT_BOOL, 'bool', 1],
      [DataType.DT_QINT8, 'qint8', 1],
      [DataType.DT_QUINT8, 'quint8', 1],
      [DataType.DT_QINT32, 'qint32', 4],
      [DataType.DT_BFLOAT16, 'bfloat16', 2],
      [DataType.DT_QINT16, 'qint16', 2],
      [DataType.DT_QUINT16, 'quint16', 2],
      [DataType.DT_UINT16, 'uint16', 2],
      [DataType.DT_COMPLEX128, 'complex128', 16],
      [DataType.DT_HALF, 'float16', 2],
      [DataType.DT_RESOURCE, 'resource', null],
      [DataType.DT_VARIANT, 'variant', null],
      [DataType.DT_UINT32, 'uint32', 4],
      [DataType.DT_UINT64, 'uint64', 8],
      [DataType.DT_FLOAT8_E5M2, 'float8_e5m2', 1],
      [DataType.DT_FLOAT8_E4M3FN, 'float8_e4m3fn', 1],
      [DataType.DT_FLOAT8_E4M3FNUZ, 'float8_e4m3fnuz', 1],
      [DataType.DT_FLOAT8_E4M3B11FNUZ, 'float8_e4m3b11fnuz', 1],
      [DataType.DT_FLOAT8_E5M2FNUZ, 'float8_e5m2fnuz', 1],
      // TensorFlow keeps the small integers one to a byte.
      [DataType.DT_INT4, 'int4', 1],
      [DataType.DT_UINT4, 'uint4', 1],
      [DataType.DT_INT2, 'int2', 1],
      [DataType.DT_UINT2, 'uint2', 1],
    ] as const
  ).map(([dtype, name, bytes]) => [dtype, { name, bytes }]),
);

/** `float32`, …; for a number that is no dtype, `dtype 77`. */
export function dtypeName(dtype: DataType): string {
  return RULES.get(dtype)?.name ?? `dtype ${dtype}`;
}

/** Bytes of one element; `null` for strings, resources and variants, and for a number that is no dtype. */
export function elementBytes(dtype: DataType): number | null {
  return RULES.get(dtype)?.bytes ?? null;
}
