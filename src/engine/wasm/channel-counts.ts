import { constantOf, int32Values } from '../../graph/constant.js';
import { parseInput } from '../../graph/flat-graph.js';
import type { GraphIndex } from '../../graph/graph-index.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';

/** How many numbers the last dimension of each node's first output has, by the node's name, where that is known before a run. */
export function channelCounts(index: GraphIndex): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of index.inOrder()) {
    const count = countOf(index, node, counts);
    if (count !== null && count > 0) counts.set(node.name, count);
  }
  return counts;
}

/** Ops that give back the channels of their first input. */
const KEEPING: ReadonlySet<string> = new Set(
  `Identity StopGradient Relu Relu6 Elu Selu Sigmoid Tanh Softplus Softsign LeakyRelu Erf Erfc Exp Square Neg Rsqrt Sqrt BiasAdd FusedBatchNorm
  FusedBatchNormV2 FusedBatchNormV3 AvgPool MaxPool Pad PadV2 MirrorPad ResizeBilinear ResizeNearestNeighbor ClipByValue LRN Softmax Cast`.split(
    /\s+/,
  ),
);

/** Ops whose inputs are broadcast to one shape. */
const BROADCASTING: ReadonlySet<string> = new Set(
  'Add AddV2 Sub Mul RealDiv Maximum Minimum SquaredDifference Pow AddN'.split(' '),
);

function countOf(index: GraphIndex, node: NodeDef, counts: ReadonlyMap<string, number>): number | null {
  const { op, input, attr } = node;
  const of = (at: number): number | null => {
    const { node: name, output } = parseInput(input[at]!);
    return output === 0 ? (counts.get(name) ?? null) : null;
  };
  if (KEEPING.has(op)) return of(0);
  if (BROADCASTING.has(op)) {
    const sizes = input.map((_, at) => of(at)).filter((size) => size !== null);
    // One that is not known may be larger than 1.
    return sizes.find((size) => size > 1) ?? null;
  }
  switch (op) {
    case 'Placeholder': {
      const shape = attr['shape']?.value;
      return shape?.case === 'shape' ? Number(shape.value.dim.at(-1)?.size ?? 0) : null;
    }
    case 'Const':
      return constantOf(node)?.shape.at(-1) ?? null;
    case 'Conv2D':
      return filterShape(index, node)?.[3] ?? null;
    case 'DepthwiseConv2dNative': {
      const shape = filterShape(index, node);
      return shape && shape[2]! * shape[3]!;
    }
    case 'ConcatV2': {
      const sizes = input.slice(0, -1).map((_, at) => of(at));
      const axis = constantOf(index.producer(input.at(-1)!).node);
      const last = axis && [-1, 3].includes(int32Values(axis)[0]!);
      return last && sizes.every((size) => size !== null) ? sizes.reduce((sum, size) => sum + size, 0) : null;
    }
    default:
      return null;
  }
}

/** The shape of a convolution's filter, of four dimensions; `null` if it is not constant. */
export function filterShape(index: GraphIndex, { input }: NodeDef): readonly number[] | null {
  const shape = constantOf(index.producer(input[1]!).node)?.shape;
  return shape?.length === 4 ? shape : null;
}
