import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { type Constant, constantNode, constantOf, float32Values, bytesOf } from './constant.js';
import { type FlatGraph, parseInput } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';
import { reshapedConstant } from './reshaped-constant.js';

/** Larger results are left to be computed: what is folded here are the scales and shifts of channels. */
const MAX_ELEMENTS = 2 ** 16;

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
};

/** Gives constants their shapes, and does the arithmetic of small float32 ones, as batch norms that are not fused need it. Pure. */
export function foldConstants(graph: FlatGraph): FlatGraph {
  const constants = new Map<string, Constant>();
  const nodes = new GraphIndex(graph).inOrder().map((node) => {
    const own = constantOf(node);
    const folded = own ? null : fold(node, constants);
    const value = own ?? folded;
    if (value) constants.set(node.name, value);
    return folded ? constantNode(node.name, folded) : node;
  });
  return pruned({ ...graph, nodes });
}

function fold(node: NodeDef, constants: ReadonlyMap<string, Constant>): Constant | null {
  const inputs = node.input.map((input) => constants.get(parseInput(input).node));
  const [first, second] = inputs;
  if (!first) return null;
  const reshaped = reshapedConstant(node, first, second);
  if (reshaped) return { ...first, shape: reshaped };
  const unary = UNARY[node.op];
  const binary = BINARY[node.op];
  if (unary && isSmallFloat(first)) return floats(first.shape, float32Values(first).map(unary));
  if (binary && second && isSmallFloat(first) && isSmallFloat(second))
    return broadcast(first, second, binary);
  return null;
}

function isSmallFloat({ dataType, bytes }: Constant): boolean {
  return dataType === DataType.DT_FLOAT && bytes.length <= 4 * MAX_ELEMENTS;
}

/** Element by element, with sizes of 1 stretched to the other's (NumPy's rule). `null` if they do not fit or the result is large. */
function broadcast(a: Constant, b: Constant, compute: (a: number, b: number) => number): Constant | null {
  const rank = Math.max(a.shape.length, b.shape.length);
  const left = padded(a.shape, rank);
  const right = padded(b.shape, rank);
  const shape = left.map((size, axis) => (size === 1 ? right[axis]! : size));
  if (shape.some((size, axis) => right[axis] !== 1 && right[axis] !== size)) return null;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > MAX_ELEMENTS) return null;
  const [from, with_] = [float32Values(a), float32Values(b)];
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    values[index] = compute(from[offset(index, shape, left)]!, with_[offset(index, shape, right)]!);
  }
  return floats(shape, values);
}

function padded(shape: readonly number[], rank: number): number[] {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
}

/** Where the element at `index` of a tensor of `shape` lies in one of the shape `own`. */
function offset(index: number, shape: readonly number[], own: readonly number[]): number {
  let position = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const at = index % shape[axis]!;
    index = (index - at) / shape[axis]!;
    if (own[axis] !== 1) position += at * stride;
    stride *= own[axis]!;
  }
  return position;
}

function floats(shape: readonly number[], values: Float32Array): Constant {
  return { dataType: DataType.DT_FLOAT, shape, bytes: bytesOf(values) };
}
