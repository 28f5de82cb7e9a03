import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { BINARY, broadcast, type Numbers, UNARY } from './arithmetic.js';
import { type Constant, constantNode, constantOf, float32Values, bytesOf } from './constant.js';
import { type FlatGraph, parseInput } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';
import { reshapedConstant } from './reshaped-constant.js';

/** Larger results are left to be computed: what is folded here are the scales and shifts of channels. */
const MAX_ELEMENTS = 2 ** 16;

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
  if (!binary || !second || !isSmallFloat(first) || !isSmallFloat(second)) return null;
  const result = broadcast(numbersOf(first), numbersOf(second), binary, MAX_ELEMENTS);
  return result && floats(result.shape, Float32Array.from(result.values));
}

function isSmallFloat({ dataType, bytes }: Constant): boolean {
  return dataType === DataType.DT_FLOAT && bytes.length <= 4 * MAX_ELEMENTS;
}

function numbersOf(constant: Constant): Numbers {
  return { shape: constant.shape, values: float32Values(constant) };
}

function floats(shape: readonly number[], values: Float32Array): Constant {
  return { dataType: DataType.DT_FLOAT, shape, bytes: bytesOf(values) };
}
