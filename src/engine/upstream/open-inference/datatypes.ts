import type { DType } from '../../tensor.js';
import { DataType } from '../../../saved-model/proto/tensor_pb.js';

/** The datatypes of the Open Inference Protocol (`specification/protocol/inference_rest.md`), and BF16, which Triton adds. */
const DATATYPES = {
  BOOL: ['bool', DataType.DT_BOOL],
  UINT8: ['uint8', DataType.DT_UINT8],
  UINT16: ['uint16', DataType.DT_UINT16],
  UINT32: ['uint32', DataType.DT_UINT32],
  UINT64: ['uint64', DataType.DT_UINT64],
  INT8: ['int8', DataType.DT_INT8],
  INT16: ['int16', DataType.DT_INT16],
  INT32: ['int32', DataType.DT_INT32],
  INT64: ['int64', DataType.DT_INT64],
  FP16: ['float16', DataType.DT_HALF],
  BF16: ['bfloat16', DataType.DT_BFLOAT16],
  FP32: ['float32', DataType.DT_FLOAT],
  FP64: ['float64', DataType.DT_DOUBLE],
  BYTES: ['string', DataType.DT_STRING],
} as const satisfies Readonly<Record<string, readonly [DType, DataType]>>;

type Datatype = keyof typeof DATATYPES;

const BY_DTYPE: ReadonlyMap<string, Datatype> = new Map(
  Object.entries(DATATYPES).map(([datatype, [dtype]]) => [dtype, datatype as Datatype]),
);

/** `undefined` for a dtype that the protocol does not have. */
export function datatypeOf(dtype: DType): Datatype | undefined {
  return BY_DTYPE.get(dtype);
}

/** The dtype of a datatype, and its number in TensorFlow; of one that is unknown, its own name. */
export function dtypeOf(datatype: string): { readonly dtype: string; readonly dataType: DataType } {
  const known = Object.hasOwn(DATATYPES, datatype) ? DATATYPES[datatype as Datatype] : undefined;
  return known ? { dtype: known[0], dataType: known[1] } : { dtype: datatype, dataType: DataType.DT_INVALID };
}
