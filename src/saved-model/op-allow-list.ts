/**
 * The ops that image models need, and that can do nothing but compute, keep variables and print. A graph is a program;
 * what is not on this list is refused until `allowOps` in `model.yaml` admits it. So a new op of a
 * later TensorFlow is refused before anyone has thought about it, and not after.
 */
const GROUPS = {
  constants: `Const Placeholder PlaceholderWithDefault PlaceholderV2 Fill ZerosLike OnesLike Range LinSpace Empty GuaranteeConst
    HostConst`,
  convolution: `Conv Conv2D Conv3D DepthwiseConv2dNative Conv2DBackpropInput Conv2DBackpropInputV2 Conv3DBackpropInput
    Conv3DBackpropInputV2 DepthwiseConv2dNativeBackpropInput Dilation2D FusedPadConv2D FusedResizeAndPadConv2D BiasAdd BiasAddV1`,
  fused: `_FusedConv2D _FusedDepthwiseConv2dNative _FusedMatMul _FusedBatchNormEx`,
  pooling: `AvgPool AvgPool3D MaxPool MaxPoolV2 MaxPool3D MaxPoolWithArgmax FractionalAvgPool FractionalMaxPool`,
  normalisation: `FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 BatchNormWithGlobalNormalization LRN L2Loss`,
  activation: `Relu Relu6 LeakyRelu Elu Selu Sigmoid Tanh Softmax LogSoftmax Softplus Softsign Erf Erfc Erfinv`,
  matrix: `MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum Cross MatrixDiag MatrixDiagV2 MatrixDiagV3 MatrixDiagPart
    MatrixDiagPartV2 MatrixDiagPartV3 MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3 MatrixBandPart MatrixInverse MatrixDeterminant
    MatrixSolve MatrixTriangularSolve Cholesky Qr Svd SelfAdjointEigV2 Diag DiagPart`,
  arithmetic: `Add AddV2 AddN AccumulateNV2 Sub Mul MulNoNan Div DivNoNan RealDiv FloorDiv TruncateDiv Mod FloorMod TruncateMod Neg Abs
    Sign Square SquaredDifference Sqrt Rsqrt Pow Reciprocal Inv Exp Expm1 Log Log1p Xdivy Xlogy Xlog1py Sin Cos Tan Sinh Cosh Asin
    Acos Atan Atan2 Asinh Acosh Atanh Ceil Floor Round Rint Maximum Minimum ClipByValue Cumsum Cumprod CumulativeLogsumexp Lgamma
    Digamma NextAfter`,
  comparison: `Equal NotEqual Less LessEqual Greater GreaterEqual ApproximateEqual LogicalAnd LogicalOr LogicalNot BitwiseAnd
    BitwiseOr BitwiseXor Invert LeftShift RightShift PopulationCount IsFinite IsInf IsNan Select SelectV2 Where InTopK InTopKV2`,
  reduction: `Sum Mean Max Min Prod All Any EuclideanNorm ArgMax ArgMin TopK TopKV2 NthElement SegmentMax SegmentMean SegmentMin
    SegmentProd SegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Bincount DenseBincount
    Bucketize HistogramFixedWidth`,
  complex: `Complex ComplexAbs Real Imag Conj ConjugateTranspose Angle FFT FFT2D FFT3D IFFT IFFT2D IFFT3D RFFT RFFT2D RFFT3D IRFFT
    IRFFT2D IRFFT3D`,
  cast: `Cast Bitcast Identity IdentityN Snapshot StopGradient PreventGradient EnsureShape CheckNumerics CheckNumericsV2 DeepCopy
    ToBool`,
  quantisation: `FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantize
    QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 QuantizeV2 Dequantize`,
  shape: `Shape ShapeN Size Rank Reshape Squeeze ExpandDims Transpose Concat ConcatV2 ConcatOffset Split SplitV Pack Unpack Slice
    StridedSlice Pad PadV2 MirrorPad Tile BroadcastTo BroadcastArgs BroadcastGradientArgs Reverse ReverseV2 ReverseSequence Roll
    SpaceToBatch SpaceToBatchND BatchToSpace BatchToSpaceND SpaceToDepth DepthToSpace InvertPermutation DataFormatDimMap
    DataFormatVecPermute ParallelConcat UnravelIndex`,
  indexing: `Gather GatherV2 GatherNd ScatterNd ScatterNdNonAliasingAdd TensorScatterAdd TensorScatterMax TensorScatterMin
    TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate OneHot DynamicPartition DynamicStitch ParallelDynamicStitch Unique
    UniqueV2 UniqueWithCounts UniqueWithCountsV2 ListDiff LowerBound UpperBound SparseToDense`,
  images: `DecodeJpeg DecodeAndCropJpeg DecodePng DecodeBmp DecodeGif DecodeWebP DecodeImage EncodeJpeg EncodeJpegVariableQuality
    EncodePng ExtractJpegShape ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor ScaleAndTranslate CropAndResize
    ImageProjectiveTransformV2 ImageProjectiveTransformV3 ExtractImagePatches ExtractGlimpse ExtractGlimpseV2 AdjustContrast
    AdjustContrastv2 AdjustHue AdjustSaturation RGBToHSV HSVToRGB DrawBoundingBoxes DrawBoundingBoxesV2 SampleDistortedBoundingBox
    SampleDistortedBoundingBoxV2 StatelessSampleDistortedBoundingBox`,
  boxes: `NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5
    NonMaxSuppressionWithOverlaps CombinedNonMaxSuppression GenerateBoundingBoxProposals`,
  control: `NoOp If StatelessIf Case StatelessCase While StatelessWhile For PartitionedCall StatefulPartitionedCall Switch Merge Enter
    Exit NextIteration LoopCond ControlTrigger RefSwitch RefMerge RefEnter RefExit RefNextIteration RefIdentity Assert FakeParam
    MapDefun`,
  lists: `EmptyTensorList TensorListConcat TensorListConcatV2 TensorListConcatLists TensorListElementShape TensorListFromTensor
    TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack TensorListPushBackBatch
    TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListScatterIntoExistingList TensorListSetItem
    TensorListSplit TensorListStack TensorArrayV3 TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3
    TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayWriteV3 OptionalFromValue OptionalGetValue
    OptionalHasValue OptionalNone`,
  ragged: `RaggedTensorToTensor RaggedTensorToVariant RaggedTensorFromVariant RaggedTensorToSparse RaggedGather RaggedRange
    SparseReshape SparseReorder SparseTensorDenseMatMul SparseFillEmptyRows SparseSlice`,
  variables: `VarHandleOp ReadVariableOp AssignVariableOp AssignAddVariableOp AssignSubVariableOp VarIsInitializedOp VariableShape
    DisableCopyOnRead DestroyResourceOp ResourceGather ResourceGatherNd Variable VariableV2 Assign AssignAdd AssignSub
    IsVariableInitialized TemporaryVariable DestroyTemporaryVariable`,
  tables: `HashTable HashTableV2 AnonymousHashTable MutableHashTableV2 AnonymousMutableHashTable MutableDenseHashTableV2
    InitializeTable InitializeTableV2 LookupTableFind LookupTableFindV2 LookupTableSize LookupTableSizeV2 LookupTableImport
    LookupTableImportV2 LookupTableInsertV2 LookupTableExportV2`,
  strings: `AsString StringJoin StringFormat StringLength StringLower StringUpper StringStrip StringSplit StringSplitV2 StringToNumber
    StringToHashBucket StringToHashBucketFast StringToHashBucketStrong Substr ReduceJoin RegexReplace RegexFullMatch
    StaticRegexReplace StaticRegexFullMatch DecodeBase64 EncodeBase64 DecodeRaw DecodePaddedRaw UnicodeDecode
    UnicodeDecodeWithOffsets UnicodeEncode UnicodeTranscode Fingerprint`,
  serialisation: `ParseTensor SerializeTensor ParseExample ParseExampleV2 ParseSingleExample`,
  random: `RandomUniform RandomUniformInt RandomStandardNormal TruncatedNormal RandomShuffle RandomGamma Multinomial RandomCrop
    StatelessRandomUniform StatelessRandomUniformV2 StatelessRandomUniformInt StatelessRandomUniformIntV2
    StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2 StatelessRandomNormal StatelessRandomNormalV2
    StatelessTruncatedNormal StatelessTruncatedNormalV2 StatelessMultinomial StatelessShuffle StatelessRandomGetKeyCounter
    StatelessRandomGetAlg StatelessRandomGetKeyCounterAlg StatefulUniform StatefulUniformInt StatefulUniformFullInt
    StatefulStandardNormalV2 StatefulTruncatedNormal RngSkip RngReadAndSkip`,
  printing: `Print`,
  // Left by `Normalization.adapt`, in a function that nothing calls. It can only take what ops give that are refused.
  iterators: `IteratorGetNext`,
} as const;

export const ALLOWED_OPS: ReadonlySet<string> = new Set(
  Object.values(GROUPS).flatMap((names) => names.trim().split(/\s+/)),
);
