import { constantNode, constantOf, float32Node, float32Values, int32Node } from '../../graph/constant.js';
import type { FlatGraph } from '../../graph/flat-graph.js';
import { GraphIndex, pruned } from '../../graph/graph-index.js';
import { attribute, makeNode } from '../../graph/nodes.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { channelCounts, filterShape } from './channel-counts.js';

/**
 * The graph with each convolution in groups of channels, which TensorFlow.js has not, made of such as it has: a depthwise one, if every
 * channel is a group of its own, or else one for each group.
 */
export function separateGroups(graph: FlatGraph): FlatGraph {
  const index = new GraphIndex(graph);
  const counts = channelCounts(index);
  const nodes = graph.nodes.flatMap((node) => {
    if (node.op !== 'Conv2D') return [node];
    const shape = filterShape(index, node);
    const channels = counts.get(index.producer(node.input[0]!).node.name);
    const groups = shape && channels !== undefined ? channels / shape[2]! : 1;
    if (!shape || groups <= 1 || !Number.isInteger(groups) || shape[3]! % groups !== 0) return [node];
    return shape[2] === 1 ? depthwise(index, node, shape, groups) : oneByOne(index, node, shape, groups);
  });
  return pruned({ ...graph, nodes });
}

type Shape = readonly number[];

/** The same numbers in the same order are the filter of a depthwise convolution. */
function depthwise(
  index: GraphIndex,
  node: NodeDef,
  [height, width, , out]: Shape,
  groups: number,
): NodeDef[] {
  const filter = constantOf(index.producer(node.input[1]!).node)!;
  const shape = [height!, width!, groups, out! / groups];
  const name = `${node.name}/depthwise_filter`;
  const inputs = [node.input[0]!, name];
  return [
    constantNode(name, { ...filter, shape }),
    makeNode('DepthwiseConv2dNative', node.name, inputs, node.attr),
  ];
}

function oneByOne(index: GraphIndex, node: NodeDef, shape: Shape, groups: number): NodeDef[] {
  const [axis, split] = [`${node.name}/channel_axis`, `${node.name}/groups`];
  const type = { T: node.attr['T']! };
  const filters = splitFilter(
    float32Values(constantOf(index.producer(node.input[1]!).node)!),
    shape[3]!,
    groups,
  );
  const size = [...shape.slice(0, 3), shape[3]! / groups];
  const parts = filters.flatMap((values, group) => {
    const filter = float32Node(`${split}/filter_${group}`, size, values);
    const input = group === 0 ? split : `${split}:${group}`;
    return [filter, makeNode('Conv2D', `${split}/conv_${group}`, [input, filter.name], node.attr)];
  });
  const convolutions = parts.filter(({ op }) => op === 'Conv2D').map(({ name }) => name);
  return [
    int32Node(axis, [], [3]),
    makeNode('Split', split, [axis, node.input[0]!], { ...type, num_split: attribute.int(groups) }),
    ...parts,
    makeNode('ConcatV2', node.name, [...convolutions, axis], {
      ...type,
      N: attribute.int(groups),
      Tidx: attribute.type(DataType.DT_INT32),
    }),
  ];
}

/** Each group's share of the last dimension. */
function splitFilter(values: Float32Array, out: number, groups: number): Float32Array[] {
  const share = out / groups;
  return Array.from({ length: groups }, (_, group) => {
    const part = new Float32Array(values.length / groups);
    for (let row = 0; row * out < values.length; row++) {
      const start = row * out + group * share;
      part.set(values.subarray(start, start + share), row * share);
    }
    return part;
  });
}
