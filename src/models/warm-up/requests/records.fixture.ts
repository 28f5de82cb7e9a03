import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { maskedCrc32c } from '../../../saved-model/crc32c.js';
import { PredictionLogSchema } from '../../../saved-model/proto/prediction_log_pb.js';
import { type DataType, type TensorProto, TensorProtoSchema } from '../../../saved-model/proto/tensor_pb.js';

/** A record of a TFRecord file, with right checksums. */
export function record(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(data.length + 16);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedCrc32c(data), data.length + 12);
  return framed;
}

/** The data of the records of a sound file. */
export function dataOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const size = Number(file.readBigUInt64LE(at));
    records.push(file.subarray(at + 12, at + 12 + size));
    at += size + 16;
  }
  return records;
}

export function logRecord(logType: MessageInitShape<typeof PredictionLogSchema>['logType']): Buffer {
  return record(toBinary(PredictionLogSchema, create(PredictionLogSchema, { logType })));
}

/** A prediction with the one input `x`. */
export function predictRecord(
  dtype: DataType,
  shape: readonly (number | bigint)[],
  elements: Partial<Pick<TensorProto, 'tensorContent' | 'floatVal' | 'stringVal'>> = {},
): Buffer {
  const tensorShape = { dim: shape.map((size) => ({ size: BigInt(size) })) };
  const x = create(TensorProtoSchema, { dtype, tensorShape, ...elements });
  return logRecord({ case: 'predictLog', value: { request: { inputs: { x } } } });
}
