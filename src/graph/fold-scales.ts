import { createHash } from 'node:crypto';
import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { type Before, channelStep, isChannelsLast } from './channel-step.js';
import { type Constant, constantOf, float32Node, float32Values } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';
import { attribute, makeNode, takeName } from './nodes.js';

/** Which axes of the kernel, the last ones, are its output's channels. */
const CHANNEL_AXES: Readonly<Record<string, number>> = { Conv2D: 1, DepthwiseConv2dNative: 2, MatMul: 1 };

/**
 * Puts what happens to each channel behind a convolution or matrix product (batch norms, scales, shifts), as far as nobody else
 * looks at what is between, into the kernel and one `BiasAdd`. Pure; the weights are rounded to float32 once.
 */
export function foldScales(graph: FlatGraph): FlatGraph {
  return new Folding(graph).result();
}

class Folding {
  private readonly index: GraphIndex;
  private readonly replaced = new Map<string, NodeDef>();
  /** Made for one node, good for another with the same weights: signatures often compute the same. */
  private readonly made = new Map<string, NodeDef>();
  private readonly names: Set<string>;

  constructor(private readonly graph: FlatGraph) {
    this.index = new GraphIndex(graph);
    this.names = new Set(graph.nodes.map(({ name }) => name));
  }

  result(): FlatGraph {
    for (const node of this.graph.nodes) this.foldBehind(node);
    const nodes = this.graph.nodes.map((node) => this.replaced.get(node.name) ?? node);
    return pruned({ ...this.graph, nodes: [...nodes, ...this.made.values()] });
  }

  private foldBehind(head: NodeDef): void {
    const kernel = this.kernelOf(head);
    if (!kernel) return;
    const channels = kernel.shape.slice(-CHANNEL_AXES[head.op]!).reduce((product, size) => product * size, 1);
    const before = { rank: head.op === 'MatMul' ? 2 : 4, channels };
    const scale = new Float64Array(channels).fill(1);
    const shift = new Float64Array(channels);
    let last = head;
    let steps = 0;
    for (let next = this.stepBehind(last, before); next; next = this.stepBehind(last, before)) {
      for (let channel = 0; channel < channels; channel++) {
        scale[channel]! *= next.step.scale[channel]!;
        shift[channel] = shift[channel]! * next.step.scale[channel]! + next.step.shift[channel]!;
      }
      last = next.node;
      steps++;
    }
    if (steps === 0 || (steps === 1 && last.op === 'BiasAdd')) return;
    this.replace(head, last, kernel, scale, shift);
  }

  private replace(
    head: NodeDef,
    last: NodeDef,
    kernel: Constant,
    scale: Float64Array,
    shift: Float64Array,
  ): void {
    const values = float32Values(kernel);
    const scaled = (): Float32Array => scaledRows(values, scale);
    const kernelName = this.constant(head.input[1]!, scale, kernel.shape, scaled);
    const bias = Float32Array.from(shift);
    const biasName = this.constant('bias', shift, [shift.length], () => bias);
    this.replaced.set(head.name, { ...head, input: [head.input[0]!, kernelName] });
    this.replaced.set(
      last.name,
      makeNode('BiasAdd', last.name, [head.name, biasName], { T: attribute.type(DataType.DT_FLOAT) }),
    );
  }

  /** The name of a constant that is made of `from` and `numbers`, once for all that are made of the same. */
  private constant(
    from: string,
    numbers: Float64Array,
    shape: readonly number[],
    values: () => Float32Array,
  ): string {
    const key = `${from} ${createHash('sha256').update(numbers).digest('base64')}`;
    let node = this.made.get(key);
    if (!node) {
      const name = takeName(this.names, `${from.replace(/:\d+$/, '')}/folded`);
      node = float32Node(name, shape, values());
      this.made.set(key, node);
    }
    return node.name;
  }

  private kernelOf(node: NodeDef): Constant | null {
    const axes = CHANNEL_AXES[node.op];
    if (axes === undefined || !isChannelsLast(node)) return null;
    if (node.op === 'MatMul' && node.attr['transpose_b']?.value.value === true) return null;
    const kernel = constantOf(this.index.producer(node.input[1]!).node);
    return kernel?.dataType === DataType.DT_FLOAT && kernel.shape.length >= axes ? kernel : null;
  }

  /** What the only consumer of `node` does to its channels, if it is that simple. */
  private stepBehind(
    node: NodeDef,
    { rank, channels }: Pick<Before, 'rank' | 'channels'>,
  ): { node: NodeDef; step: { scale: Float64Array; shift: Float64Array } } | null {
    const [consumer, another] = this.index.consumersOf(node);
    if (!consumer || another) return null;
    const step = channelStep(this.index, consumer, { name: node.name, rank, channels });
    return step && { node: consumer, step };
  }
}

/** Rows of as many numbers as there are factors, each times its own. */
function scaledRows(values: Float32Array, factors: Float64Array): Float32Array {
  const scaled = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += factors.length) {
    for (let channel = 0; channel < factors.length; channel++) {
      scaled[start + channel] = values[start + channel]! * factors[channel]!;
    }
  }
  return scaled;
}
