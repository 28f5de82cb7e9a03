import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import type { FlatGraph } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';
import { attribute } from './nodes.js';
import { pictureSizes, samePaddings, windowOf } from './picture-sizes.js';
import { zeroPaddings } from './zero-paddings.js';

/**
 * The same computation without the copies of pictures that a `Pad` makes before a convolution, where `SAME` puts the same zeros
 * around them: so do MobileNets and EfficientNets of Keras before a stride of 2. Pure.
 *
 * What `SAME` does hangs on the picture's size, so inputs without a fixed one keep theirs. A convolution's paddings of its own (`EXPLICIT`) would do
 * for all, but TensorFlow 2.20 ends the process for a depthwise one that it has fused with its bias.
 */
export function padAsSame(graph: FlatGraph): FlatGraph {
  if (!graph.nodes.some(({ op }) => op === 'Pad' || op === 'PadV2')) return graph;
  const index = new GraphIndex(graph);
  const sizeOf = pictureSizes(index);

  const padded = (node: NodeDef): NodeDef => {
    const isConvolution = node.op === 'Conv2D' || node.op === 'DepthwiseConv2dNative';
    const window = isConvolution ? windowOf(index, node) : null;
    if (window?.padding !== 'VALID') return node;
    const { node: pad } = index.producer(node.input[0]!);
    const paddings = zeroPaddings(index, pad);
    if (!paddings) return node;
    const source = pad.input[0]!;
    const size = sizeOf(source);
    const isSame = ([0, 1] as const).every((axis) => {
      const length = size[axis];
      if (length === null) return false;
      const [before, behind] = samePaddings(length, window, axis);
      return before === paddings[2 + 2 * axis] && behind === paddings[3 + 2 * axis];
    });
    if (!isSame) return node;
    const input = [source, ...node.input.slice(1)];
    return { ...node, input, attr: { ...node.attr, padding: attribute.text('SAME') } };
  };
  return pruned({ ...graph, nodes: graph.nodes.map(padded) });
}
