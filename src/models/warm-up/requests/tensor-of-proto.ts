import { DTYPES, type DType, entriesPerElement, NUMBER_ARRAYS, type Tensor } from '../../../engine/tensor.js';
import { tensorConstant } from '../../../graph/constant.js';
import { Cursor, CursorFault } from '../../../saved-model/cursor.js';
import { dtypeName, elementBytes } from '../../../saved-model/dtypes.js';
import type { TensorProto, TensorShapeProto } from '../../../saved-model/proto/tensor_pb.js';
import type { Allowance } from './allowance.js';

/** Why a serialised tensor cannot be given to a model, as a predicate: `has a negative size`. */
export class TensorFault extends Error {}

/** TensorFlow's own limit (`tensor_shape.h`). */
const MAX_RANK = 254;
/** Estimated bytes of the objects of a tensor, and of a string. */
const TENSOR_COST = 512;
const STRING_COST = 160;
const REFERENCE_COST = 8;

/**
 * A tensor as TensorFlow reads it: the elements are its `tensor_content`, or else in the list of its dtype, where the last
 * stands for all that follow, and none for zeros or empty strings (TensorFlow, `tensor.proto`, `tensor.cc`).
 * @returns a tensor that looks into the message where its bytes are aligned
 * @throws TensorFault
 */
export function tensorOfProto(proto: TensorProto, allowance: Allowance): Tensor {
  allowance.spend(TENSOR_COST);
  const dtype = dtypeOf(proto);
  const { shape, count } = shapeOf(proto.tensorShape);
  if (dtype === 'string') return { dtype, shape, data: stringsOf(proto, count, allowance) };
  allowance.spend(count * elementBytes(proto.dtype)!);
  const constant = tensorConstant(proto);
  if (!constant) throw new TensorFault('has elements that do not fit its shape');
  return { dtype, shape, data: numbersOf(dtype, constant.bytes, count) };
}

function dtypeOf({ dtype }: TensorProto): DType {
  const name = dtypeName(dtype);
  const known = DTYPES.find((candidate) => candidate === name);
  if (!known) throw new TensorFault(`is of ${name}, which this server does not carry`);
  return known;
}

function shapeOf(proto: TensorShapeProto | undefined): { shape: number[]; count: number } {
  if (proto?.unknownRank) throw new TensorFault('has no shape');
  const shape = (proto?.dim ?? []).map(({ size }) => Number(size));
  if (shape.length > MAX_RANK) throw new TensorFault(`has more than ${MAX_RANK} axes`);
  let count = 1;
  for (const size of shape) {
    if (size < 0) throw new TensorFault('has a negative size');
    count *= size;
    // Also where a size of 0 comes after: TensorFlow refuses it, too.
    if (!Number.isSafeInteger(size) || !Number.isSafeInteger(count)) throw new TensorFault('is too large');
  }
  return { shape, count };
}

function numbersOf(dtype: Exclude<DType, 'string'>, bytes: Uint8Array, count: number): Tensor['data'] {
  if (dtype === 'bool') return bytes.map((byte) => (byte === 0 ? 0 : 1));
  const Numbers = NUMBER_ARRAYS[dtype];
  const aligned = bytes.byteOffset % Numbers.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new Numbers(aligned.buffer as ArrayBuffer, aligned.byteOffset, count * entriesPerElement(dtype));
}

function stringsOf(
  { tensorContent, stringVal }: TensorProto,
  count: number,
  allowance: Allowance,
): Uint8Array[] {
  allowance.spend(count * REFERENCE_COST);
  if (tensorContent.length > 0) {
    allowance.spend(count * STRING_COST);
    return contentStrings(tensorContent, count);
  }
  if (stringVal.length > count) throw new TensorFault('has elements that do not fit its shape');
  allowance.spend(stringVal.length * STRING_COST);
  const last = stringVal.at(-1) ?? new Uint8Array();
  return Array.from({ length: count }, (_, index) => stringVal[index] ?? last);
}

/** The length of each, a varint, and then all of them (TensorFlow, `DecodeStringList` of `tstring_coding.cc`). */
function contentStrings(content: Uint8Array, count: number): Uint8Array[] {
  try {
    const cursor = new Cursor(content);
    const lengths = Array.from({ length: count }, () => cursor.varint());
    const strings = lengths.map((length) => cursor.take(length));
    if (cursor.left === 0) return strings;
  } catch (error) {
    if (!(error instanceof CursorFault)) throw error;
  }
  throw new TensorFault('has elements that do not fit its shape');
}
