/**
 * What the best known ops outside the allow list can do, to say it in a refusal. It decides nothing: an op that stands
 * in neither list is refused as well.
 */
const HARMS: Readonly<Record<string, string>> = {
  'can read or write files': `ReadFile WriteFile MatchingFiles WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2
    FixedLengthRecordReader FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2 LMDBReader ImmutableConst Save SaveSlices SaveV2
    Restore RestoreSlice RestoreV2 DTensorRestoreV2 MergeV2Checkpoints ShardedFilename ShardedFilespec InitializeTableFromTextFile
    InitializeTableFromTextFileV2 GenerateVocabRemapping LoadAndRemapMatrix RecordInput PrintV2 DumpTensor
    CreateSummaryFileWriter CreateSummaryDbWriter WriteSummary WriteRawProtoSummary ImportEvent FileSystemSetConfiguration
    CalibrationStatisticsSaver StoreMinibatchStatisticsInFdo TextLineDataset TFRecordDataset TFRecordDatasetV2
    FixedLengthRecordDataset FixedLengthRecordDatasetV2 SqlDataset SaveDataset SaveDatasetV2 LoadDataset SnapshotDataset
    SnapshotDatasetV2 CacheDataset CacheDatasetV2 CSVDataset CSVDatasetV2 MatchingFilesDataset DistributedSave`,
  'can write files or reach the network': `DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugGradientIdentity DebugNanCount
    DebugNumericSummary DebugNumericSummaryV2 Copy CopyHost`,
  'can run code outside TensorFlow': `PyFunc PyFuncStateless EagerPyFunc MlirPassthroughOp XlaCustomCall XlaCustomCallV2`,
  'can reach the network': `RemoteCall RpcClient RpcCall RpcServer RpcServerStart RpcServerRegister Send Recv _Send _Recv _HostSend
    _HostRecv DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2
    CollectiveBcastSend CollectiveBcastRecv CollectiveReduce CollectiveReduceV2 CollectiveGather CollectiveGatherV2
    BigQueryReader`,
  "can end or stall the server's process": `Abort SleepOp SleepIdentityOp Barrier QueueDequeue QueueDequeueV2 QueueDequeueMany
    QueueDequeueManyV2 FIFOQueue FIFOQueueV2 RandomShuffleQueueV2 Stage Unstage MutexLock MutexV2`,
};

const BY_OP: ReadonlyMap<string, string> = new Map(
  Object.entries(HARMS).flatMap(([harm, ops]) =>
    ops
      .trim()
      .split(/\s+/)
      .map((op) => [op, harm] as const),
  ),
);

/** What the op can do, as a predicate; `null` if nothing is known of it. */
export function harmOf(op: string): string | null {
  return BY_OP.get(op) ?? null;
}
