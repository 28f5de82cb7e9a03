import { fromBfloat16, fromFloat16 } from '../numbers/half.js';
import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { BINARY, broadcast, type Numbers, UNARY } from './arithmetic.js';
import { type Constant, constantOf, float32Values, int32Values } from './constant.js';
import type { GraphIndex } from './graph-index.js';
import { reshapedConstant } from './reshaped-constant.js';

/** What is said of a picture's channels is far less. */
const MAX_ELEMENTS = 64;
/** Ops between a constant and its use; every two double what there is to look at. */
const MAX_DEPTH = 8;

/** Those that hold fractions. */
export const FLOATS: ReadonlySet<DataType> = new Set([
  DataType.DT_FLOAT,
  DataType.DT_DOUBLE,
  DataType.DT_HALF,
  DataType.DT_BFLOAT16,
]);

const READERS: Readonly<Partial<Record<DataType, (constant: Constant) => Float64Array>>> = {
  [DataType.DT_FLOAT]: (constant) => Float64Array.from(float32Values(constant)),
  [DataType.DT_DOUBLE]: ({ bytes }) => new Float64Array(aligned(bytes)),
  [DataType.DT_HALF]: ({ bytes }) => Float64Array.from(new Uint16Array(aligned(bytes)), fromFloat16),
  [DataType.DT_BFLOAT16]: ({ bytes }) => Float64Array.from(new Uint16Array(aligned(bytes)), fromBfloat16),
  [DataType.DT_INT32]: (constant) => Float64Array.from(int32Values(constant)),
  [DataType.DT_INT64]: ({ bytes }) => Float64Array.from(new BigInt64Array(aligned(bytes)), Number),
  [DataType.DT_UINT8]: ({ bytes }) => Float64Array.from(bytes),
};

/**
 * The few numbers that an input always is, computed in float64 from constants; `null` if it depends on more than these, or they are
 * many. A tensor of any shape that is filled with one number is that number.
 */
export function smallConstant(index: GraphIndex, input: string, depth = 0): Numbers | null {
  const { node, output } = index.producer(input);
  if (output !== 0 || depth > MAX_DEPTH) return null;
  const own = node.op === 'Const' ? smallConst(node) : null;
  if (own) return read(own);
  const [first, second] = node.input;
  if (first === undefined) return null;
  if (node.op === 'Fill') return second === undefined ? null : smallConstant(index, second, depth + 1);
  const one = smallConstant(index, first, depth + 1);
  if (!one) return null;
  if (node.op === 'Identity' || isFloatCast(node)) return one;
  const unary = UNARY[node.op];
  if (unary) return { shape: one.shape, values: Float64Array.from(one.values, unary) };
  if (second === undefined) return reshaped(node, one);
  const binary = BINARY[node.op];
  if (!binary) return reshaped(node, one, smallConst(index.producer(second).node) ?? undefined);
  const other = smallConstant(index, second, depth + 1);
  return other && broadcast(one, other, binary, MAX_ELEMENTS);
}

function isFloatCast({ op, attr }: NodeDef): boolean {
  const to = attr['DstT']?.value;
  return op === 'Cast' && to?.case === 'type' && FLOATS.has(to.value);
}

/** A `Const` of few elements. Of one of many not even its shape is trusted: it may be one number that is to be repeated. */
function smallConst(node: NodeDef): Constant | null {
  const value = node.attr['value']?.value;
  if (node.op !== 'Const' || value?.case !== 'tensor') return null;
  const sizes = (value.value.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  return sizes.reduce((product, size) => product * size, 1) > MAX_ELEMENTS ? null : constantOf(node);
}

function read(constant: Constant): Numbers | null {
  const values = READERS[constant.dataType]?.(constant);
  return values ? { shape: constant.shape, values } : null;
}

function reshaped(node: NodeDef, numbers: Numbers, argument?: Constant): Numbers | null {
  const shape = reshapedConstant(node, numbers, argument);
  return shape && { shape, values: numbers.values };
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
