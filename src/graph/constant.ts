import { create } from '@bufbuild/protobuf';
import { AttrValueSchema, type NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType, type TensorProto, TensorProtoSchema } from '../saved-model/proto/tensor_pb.js';
import { elementBytes } from '../saved-model/dtypes.js';
import { attribute, makeNode, shapeProto } from './nodes.js';

/** The value of a `Const` node of numbers. */
export interface Constant {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** The elements as they lie in memory, row-major and little-endian. */
  readonly bytes: Uint8Array;
}

/** A `Const` node; it looks into `bytes`. */
export function constantNode(name: string, { dataType, shape, bytes }: Constant): NodeDef {
  const tensor = create(TensorProtoSchema, {
    dtype: dataType,
    tensorShape: shapeProto(shape),
    tensorContent: bytes,
  });
  return makeNode('Const', name, [], {
    dtype: attribute.type(dataType),
    value: create(AttrValueSchema, { value: { case: 'tensor', value: tensor } }),
  });
}

/** A `Const` node of byte strings. */
export function stringsNode(name: string, shape: readonly number[], strings: readonly Uint8Array[]): NodeDef {
  const dtype = DataType.DT_STRING;
  const tensor = create(TensorProtoSchema, {
    dtype,
    tensorShape: shapeProto(shape),
    stringVal: [...strings],
  });
  return makeNode('Const', name, [], {
    dtype: attribute.type(dtype),
    value: create(AttrValueSchema, { value: { case: 'tensor', value: tensor } }),
  });
}

export function float32Node(name: string, shape: readonly number[], values: Float32Array): NodeDef {
  return constantNode(name, { dataType: DataType.DT_FLOAT, shape, bytes: bytesOf(values) });
}

export function int32Node(name: string, shape: readonly number[], values: readonly number[]): NodeDef {
  return constantNode(name, { dataType: DataType.DT_INT32, shape, bytes: bytesOf(Int32Array.from(values)) });
}

/** The numbers of a `Const` node. `null` if the node is no `Const`, or one of strings, resources or variants. */
export function constantOf(node: NodeDef): Constant | null {
  const value = node.op === 'Const' ? node.attr['value']?.value : undefined;
  return value?.case === 'tensor' ? tensorConstant(value.value) : null;
}

/**
 * The numbers of a serialised tensor. They are its `tensor_content`, or else in the list of its dtype, where the last
 * stands for all that follow, and none for zeros (TensorFlow, `tensor.proto`).
 */
export function tensorConstant(tensor: TensorProto): Constant | null {
  const size = elementBytes(tensor.dtype);
  const shape = (tensor.tensorShape?.dim ?? []).map((dim) => Number(dim.size));
  const count = shape.reduce((product, length) => product * length, 1);
  if (size === null || !Number.isSafeInteger(count) || count < 0) return null;
  if (tensor.tensorContent.length > 0) {
    if (tensor.tensorContent.length !== count * size) return null;
    return { dataType: tensor.dtype, shape, bytes: tensor.tensorContent };
  }
  const bytes = fromList(tensor, count);
  return bytes && { dataType: tensor.dtype, shape, bytes };
}

/** float32 numbers of a constant, not copied where its bytes are aligned. */
export function float32Values({ bytes }: Constant): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / 4);
}

/** int32 numbers of a constant, not copied where its bytes are aligned. */
export function int32Values({ bytes }: Constant): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / 4);
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const MAX_LISTED_ELEMENTS = 2 ** 28;

type Numbers = readonly (number | bigint | boolean)[];

function fromList(tensor: TensorProto, count: number): Uint8Array | null {
  if (count > MAX_LISTED_ELEMENTS) return null;
  switch (tensor.dtype) {
    case DataType.DT_FLOAT:
      return fill(new Float32Array(count), tensor.floatVal);
    case DataType.DT_DOUBLE:
      return fill(new Float64Array(count), tensor.doubleVal);
    case DataType.DT_COMPLEX64:
      return fill(new Float32Array(2 * count), tensor.scomplexVal, 2);
    case DataType.DT_COMPLEX128:
      return fill(new Float64Array(2 * count), tensor.dcomplexVal, 2);
    case DataType.DT_INT32:
      return fill(new Int32Array(count), tensor.intVal);
    case DataType.DT_INT16:
      return fill(new Int16Array(count), tensor.intVal);
    case DataType.DT_INT8:
      return fill(new Int8Array(count), tensor.intVal);
    case DataType.DT_UINT8:
      return fill(new Uint8Array(count), tensor.intVal);
    case DataType.DT_UINT16:
      return fill(new Uint16Array(count), tensor.intVal);
    case DataType.DT_HALF:
    case DataType.DT_BFLOAT16:
      return fill(new Uint16Array(count), tensor.halfVal);
    case DataType.DT_INT64:
      return fill(new BigInt64Array(count), tensor.int64Val);
    case DataType.DT_UINT32:
      return fill(new Uint32Array(count), tensor.uint32Val);
    case DataType.DT_UINT64:
      return fill(new BigUint64Array(count), tensor.uint64Val);
    case DataType.DT_BOOL:
      return fill(new Uint8Array(count), tensor.boolVal);
    default:
      return null;
  }
}

/** The last element (of `width` numbers) given stands for all that are not. */
function fill(
  target: { [index: number]: number | bigint } & ArrayBufferView & { readonly length: number },
  given: Numbers,
  width = 1,
): Uint8Array | null {
  if (given.length > target.length || given.length % width !== 0) return null;
  for (let index = 0; index < target.length && given.length > 0; index++) {
    const value = given[index < given.length ? index : given.length - width + (index % width)]!;
    target[index] = typeof value === 'boolean' ? Number(value) : value;
  }
  return bytesOf(target);
}
