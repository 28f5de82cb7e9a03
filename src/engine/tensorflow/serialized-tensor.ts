import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { bytesOf, tensorConstant } from '../../graph/constant.js';
import { shapeProto } from '../../graph/nodes.js';
import { type DataType, TensorProtoSchema } from '../../saved-model/proto/tensor_pb.js';
import { EngineError } from '../engine.js';
import { type DType, NUMBER_ARRAYS, type Tensor } from '../tensor.js';

/** A tensor of numbers as `ParseTensor` takes it: a `TensorProto`, whose content is the elements as they lie in memory. */
export function serializeTensor({ shape, data }: Tensor, dataType: DataType): Uint8Array {
  const tensorContent = bytesOf(data as Float32Array);
  return toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { dtype: dataType, tensorShape: shapeProto(shape), tensorContent }),
  );
}

/** What `SerializeTensor` made of a tensor of numbers. */
export function parseSerialized(bytes: Uint8Array, dtype: Exclude<DType, 'string'>): Tensor {
  const constant = tensorConstant(fromBinary(TensorProtoSchema, bytes));
  if (!constant) throw new EngineError('run', 'TensorFlow answered a tensor that cannot be read.');
  const Numbers = NUMBER_ARRAYS[dtype];
  // Copied, since the content lies anywhere in the message.
  const content = new Uint8Array(constant.bytes);
  const data = new Numbers(content.buffer, 0, content.length / Numbers.BYTES_PER_ELEMENT);
  return { dtype, shape: constant.shape, data };
}
