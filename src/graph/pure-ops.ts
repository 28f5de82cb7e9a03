/**
 * The allowed ops that a flat graph cannot have, by what they are. All other ops of the allow list are pure: their outputs follow
 * from their inputs and nothing else, and to run them does nothing else.
 */
const IMPURE = {
  'branches or loops': `If StatelessIf Case StatelessCase While StatelessWhile For Switch Merge Enter Exit NextIteration LoopCond
    ControlTrigger RefSwitch RefMerge RefEnter RefExit RefNextIteration MapDefun FakeParam`,
  'keeps lists': `EmptyTensorList TensorListConcat TensorListConcatV2 TensorListConcatLists TensorListElementShape TensorListFromTensor
    TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack TensorListPushBackBatch
    TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListScatterIntoExistingList TensorListSetItem
    TensorListSplit TensorListStack TensorArrayV3 TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3
    TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayWriteV3 OptionalFromValue OptionalGetValue
    OptionalHasValue OptionalNone RaggedTensorToVariant RaggedTensorFromVariant`,
  'changes variables, as that of a model does which was exported in training mode': `AssignVariableOp AssignAddVariableOp
    AssignSubVariableOp Assign AssignAdd AssignSub`,
  'keeps variables': `VarHandleOp VarIsInitializedOp VariableShape DisableCopyOnRead DestroyResourceOp ResourceGatherNd Variable
    IsVariableInitialized TemporaryVariable DestroyTemporaryVariable RefIdentity Empty GuaranteeConst DeepCopy`,
  'looks into a table': `HashTable HashTableV2 AnonymousHashTable MutableHashTableV2 AnonymousMutableHashTable MutableDenseHashTableV2
    InitializeTable InitializeTableV2 LookupTableFind LookupTableFindV2 LookupTableSize LookupTableSizeV2 LookupTableImport
    LookupTableImportV2 LookupTableInsertV2 LookupTableExportV2`,
  'draws random numbers': `RandomUniform RandomUniformInt RandomStandardNormal TruncatedNormal RandomShuffle RandomGamma Multinomial
    RandomCrop StatelessRandomGetAlg StatefulUniform StatefulUniformInt StatefulUniformFullInt StatefulStandardNormalV2
    StatefulTruncatedNormal RngSkip RngReadAndSkip SampleDistortedBoundingBox SampleDistortedBoundingBoxV2`,
  'checks values or prints them': `Assert Print PrintV2 CheckNumerics CheckNumericsV2`,
  'takes from a data set': `IteratorGetNext`,
  'has outputs that vary in number': `ParseExample ParseExampleV2 ParseSingleExample RaggedGather`,
} as const;

const WHY_IMPURE: ReadonlyMap<string, string> = new Map(
  Object.entries(IMPURE).flatMap(([why, ops]) => words(ops).map((op) => [op, why] as const)),
);

/** Why an op of the allow list cannot stand in a flat graph, as a predicate; `null` if it can. */
export function whyImpure(op: string): string | null {
  return WHY_IMPURE.get(op) ?? null;
}

/**
 * The pure ops that have several named outputs, with the names in their order (TensorFlow's op registry). A function's body names an output
 * by these, a graph by its number. Every other op has one name, for one output or a list.
 */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    _FusedBatchNormEx: 'y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3',
    MaxPoolWithArgmax: 'output argmax',
    FractionalAvgPool: 'output row_pooling_sequence col_pooling_sequence',
    FractionalMaxPool: 'output row_pooling_sequence col_pooling_sequence',
    FusedBatchNorm: 'y batch_mean batch_variance reserve_space_1 reserve_space_2',
    FusedBatchNormV2: 'y batch_mean batch_variance reserve_space_1 reserve_space_2',
    FusedBatchNormV3: 'y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3',
    Qr: 'q r',
    Svd: 's u v',
    SelfAdjointEigV2: 'e v',
    TopK: 'values indices',
    TopKV2: 'values indices',
    QuantizeV2: 'output output_min output_max',
    BroadcastGradientArgs: 'r0 r1',
    Unique: 'y idx',
    UniqueV2: 'y idx',
    UniqueWithCounts: 'y idx count',
    UniqueWithCountsV2: 'y idx count',
    ListDiff: 'out idx',
    StatelessSampleDistortedBoundingBox: 'begin size bboxes',
    NonMaxSuppressionV4: 'selected_indices valid_outputs',
    NonMaxSuppressionV5: 'selected_indices selected_scores valid_outputs',
    CombinedNonMaxSuppression: 'nmsed_boxes nmsed_scores nmsed_classes valid_detections',
    GenerateBoundingBoxProposals: 'rois roi_probabilities',
    RaggedTensorToSparse: 'sparse_indices sparse_values sparse_dense_shape',
    RaggedRange: 'rt_nested_splits rt_dense_values',
    SparseReshape: 'output_indices output_shape',
    SparseReorder: 'output_indices output_values',
    SparseFillEmptyRows: 'output_indices output_values empty_row_indicator reverse_index_map',
    SparseSlice: 'output_indices output_values output_shape',
    StringSplit: 'indices values shape',
    StringSplitV2: 'indices values shape',
    UnicodeDecode: 'row_splits char_values',
    UnicodeDecodeWithOffsets: 'row_splits char_values char_to_byte_starts',
    StatelessRandomGetKeyCounter: 'key counter',
    StatelessRandomGetKeyCounterAlg: 'key counter alg',
  }).map(([op, names]) => [op, words(names)]),
);

/** The number of an op's output in a graph, which a function's body calls `name:index`. */
export function outputNumber(op: string, name: string, index: number): number {
  const position = OUTPUTS.get(op)?.indexOf(name) ?? 0;
  return Math.max(position, 0) + index;
}

/** How many inputs the ops have at least that rewritings look into. */
const INPUTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'Neg Reciprocal Rsqrt Sqrt Square Squeeze Identity Relu Relu6 Elu LeakyRelu Sigmoid',
    2: `Add AddV2 Sub Mul RealDiv BiasAdd Reshape ExpandDims Pad Conv2D DepthwiseConv2dNative MatMul BatchMatMul BatchMatMulV2 Einsum
      GatherV2`,
    3: 'PadV2 Conv2DBackpropInput',
    5: 'FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3',
  }).flatMap(([count, ops]) => words(ops).map((op) => [op, Number(count)] as const)),
);

/** Whether a node has so few inputs that TensorFlow would refuse it, and rewritings would stumble over it. */
export function lacksInputs(op: string, count: number): boolean {
  return count < (INPUTS.get(op) ?? 0);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
