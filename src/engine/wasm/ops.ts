import { DataType } from '../../saved-model/proto/tensor_pb.js';

/**
 * The dtypes that the runtime holds. TensorFlow.js computes with float32, int32 and bool; whole numbers of other sizes are int32 here, so
 * they may be moved and compared, but not be reckoned with, where TensorFlow would wrap around or go beyond 32 bits. Truth values are not
 * even moved: several kernels (`Reverse`, `Select`) take their bytes for words and write beyond the end of the tensor.
 */
const FLOATS = [DataType.DT_FLOAT];
const NUMBERS = [DataType.DT_FLOAT, DataType.DT_INT32];
const BOOLS = [DataType.DT_BOOL];
const COMPARABLE = [
  ...NUMBERS,
  DataType.DT_INT64,
  DataType.DT_UINT8,
  DataType.DT_INT8,
  DataType.DT_UINT16,
  DataType.DT_INT16,
];
const HELD = [...COMPARABLE, DataType.DT_BOOL];
const CARRIED = [...HELD, DataType.DT_STRING];

/** Ops by the dtypes that their elements may have, each tried against TensorFlow: `scripts/models/wasm_ops.py`. */
const GROUPS: readonly (readonly [readonly DataType[], string])[] = [
  [
    CARRIED,
    `Placeholder PlaceholderWithDefault Identity IdentityN StopGradient PreventGradient Snapshot Reshape Squeeze ExpandDims EnsureShape`,
  ],
  [HELD, `Const Cast Shape ShapeN Size Rank`],
  [
    COMPARABLE,
    `Transpose ConcatV2 Pack Unpack Split SplitV Slice StridedSlice Gather GatherV2 GatherNd Tile Pad PadV2 MirrorPad ReverseV2 BroadcastTo
    Fill ZerosLike OnesLike OneHot Select SelectV2 SpaceToBatchND BatchToSpaceND SpaceToDepth`,
  ],
  [COMPARABLE, `Equal NotEqual Less LessEqual Greater GreaterEqual ArgMax ArgMin`],
  [BOOLS, `LogicalAnd LogicalOr LogicalNot All Any Where`],
  [
    NUMBERS,
    `AddV2 Add Sub Mul Maximum Minimum SquaredDifference FloorDiv FloorMod Neg Abs Sign Square Sum Prod Max Min Relu Range`,
  ],
  [
    FLOATS,
    `DepthToSpace Relu6 Elu Selu Sigmoid Tanh Softplus Softsign Erf Erfc Exp Expm1 Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Ceil Floor Round
    Rint Sqrt Rsqrt Log Log1p Reciprocal Inv IsNan IsInf IsFinite LeakyRelu ClipByValue RealDiv Div DivNoNan Atan2 Pow AddN BiasAdd Mean
    EuclideanNorm Cumsum Cumprod TopKV2 Softmax LogSoftmax MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum Conv2D
    DepthwiseConv2dNative Conv2DBackpropInput Conv3D AvgPool MaxPool AvgPool3D FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3
    LRN NonMaxSuppressionV2 NonMaxSuppressionV3 _FusedConv2D FusedDepthwiseConv2dNative _FusedMatMul`,
  ],
  [[...FLOATS, DataType.DT_UINT8], `ResizeBilinear ResizeNearestNeighbor CropAndResize`],
];

const DTYPES: ReadonlyMap<string, readonly DataType[]> = new Map(
  GROUPS.flatMap(([dtypes, ops]) =>
    ops
      .trim()
      .split(/\s+/)
      .map((op) => [op, dtypes] as const),
  ),
);

/** Every op that the runtime has. */
export const WASM_OPS: readonly string[] = [...DTYPES.keys()];

/** The dtypes that an op's elements may have; `null` if the runtime has no such op. */
export function dtypesOf(op: string): readonly DataType[] | null {
  return DTYPES.get(op) ?? null;
}

/** Whether tensors of the dtype can be held at all: as shapes and indices, if not as elements. */
export function isHeld(dtype: DataType): boolean {
  return CARRIED.includes(dtype);
}

/** Ops whose result's size depends on values: TensorFlow.js gives them only asynchronously. */
export const DYNAMIC_OPS: ReadonlySet<string> = new Set([
  'NonMaxSuppressionV2',
  'NonMaxSuppressionV3',
  'Where',
]);
