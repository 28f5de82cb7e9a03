import type { AttrValue, NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { isChannelsLast } from './channel-step.js';
import { constantNode, constantOf } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';
import { attribute, makeNode, takeName } from './nodes.js';
import { paddingOf, zeroPaddings } from './zero-paddings.js';

/** Products that have a fused form, with its name in TensorFlow.js. */
const FUSED_OPS: Readonly<Record<string, string>> = {
  Conv2D: '_FusedConv2D',
  DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative',
  MatMul: '_FusedMatMul',
};

/** The activations that the fused kernels of TensorFlow.js's WebAssembly backend compute, and compute rightly. */
const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Sigmoid']);

/** What is computed on a product as soon as it is there. */
interface Tail {
  /** A constant with a number for each channel. */
  readonly bias: { readonly input: string; readonly node: NodeDef } | null;
  readonly activation: NodeDef | null;
  /** The last node of the tail, whose place the fused one takes. */
  readonly end: NodeDef;
}

/**
 * The same computation with bias and activation inside the convolution or product of matrices before them, and a padding with zeros inside the
 * convolution behind it, as TensorFlow.js's WebAssembly backend computes them. A tensor that anything else takes stays.
 */
export function fuse(graph: FlatGraph): FlatGraph {
  const index = new GraphIndex(graph);
  const names = new Set(graph.nodes.map(({ name }) => name));
  const replaced = new Map<NodeDef, NodeDef[]>();
  for (const node of graph.nodes) {
    if (!isFusable(node)) continue;
    const tail = tailOf(index, node);
    const padded = withPadding(index, node);
    if (tail.bias || tail.activation) {
      replaced.set(node, []);
      replaced.set(tail.end, fusedNodes(padded, tail, names));
    } else if (padded !== node) replaced.set(node, [padded]);
  }
  const nodes = graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
  return pruned({ ...graph, nodes });
}

/** The backend has fused kernels for float32 with channels last. */
function isFusable(node: NodeDef): boolean {
  const { op, attr } = node;
  return Object.hasOwn(FUSED_OPS, op) && isChannelsLast(node) && attr['T']?.value.value === DataType.DT_FLOAT;
}

function tailOf(index: GraphIndex, product: NodeDef): Tail {
  let end = product;
  const bias = biasOf(index, end, onlyConsumer(index, end), channelsOf(index, product));
  if (bias) end = bias.by;
  const next = onlyConsumer(index, end);
  const activation = next && canFuse(product, next) ? next : null;
  return { bias, activation, end: activation ?? end };
}

/** TensorFlow.js loses the slope of a leaky ReLU on its way to the depthwise kernel. */
function canFuse(product: NodeDef, { op }: NodeDef): boolean {
  return ACTIVATIONS.has(op) && !(op === 'LeakyRelu' && product.op === 'DepthwiseConv2dNative');
}

function onlyConsumer(index: GraphIndex, node: NodeDef): NodeDef | null {
  const [consumer, ...others] = index.consumersOf(node);
  return consumer && others.length === 0 ? consumer : null;
}

/** How many channels a product has; `null` if its weights are not constant. */
function channelsOf(index: GraphIndex, { op, input, attr }: NodeDef): number | null {
  const shape = constantOf(index.producer(input[1]!).node)?.shape;
  if (!shape) return null;
  if (op === 'MatMul') return shape[attr['transpose_b']?.value.value === true ? 0 : 1] ?? null;
  return op === 'Conv2D' ? (shape[3] ?? null) : (shape[2] ?? 0) * (shape[3] ?? 0);
}

/** The bias that `by` adds to `product`, as a `BiasAdd` or by broadcasting over all but the last dimension. */
function biasOf(
  index: GraphIndex,
  product: NodeDef,
  by: NodeDef | null,
  channels: number | null,
): (NonNullable<Tail['bias']> & { readonly by: NodeDef }) | null {
  if (!by || !['BiasAdd', 'Add', 'AddV2'].includes(by.op)) return null;
  const [first = '', second = ''] = by.input;
  const input = index.producer(first).node === product ? second : first;
  const { node } = index.producer(input);
  const shape = constantOf(node)?.shape;
  const rank = product.op === 'MatMul' ? 2 : 4;
  const plain =
    shape && shape.length >= 1 && shape.length <= rank && shape.slice(0, -1).every((size) => size === 1);
  return plain && channels !== null && shape.at(-1) === channels ? { input, node, by } : null;
}

/** The fused node, under the name of the tail's end, and its bias, if that must get another shape. */
function fusedNodes(product: NodeDef, { bias, activation, end }: Tail, names: Set<string>): NodeDef[] {
  const { strides, padding, explicit_paddings, dilations, data_format, transpose_a, transpose_b, T } =
    product.attr;
  const kept = { strides, padding, explicit_paddings, dilations, data_format, transpose_a, transpose_b, T };
  const alpha = activation?.attr['alpha'];
  const attr = {
    ...Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, AttrValue] => Boolean(entry[1])),
    ),
    num_args: attribute.int(bias ? 1 : 0),
    fused_ops: attribute.texts([bias ? 'BiasAdd' : '', ...(activation ? [activation.op] : [])]),
    ...(alpha && { leakyrelu_alpha: alpha }),
  };
  const flat = bias && constantOf(bias.node);
  const reshaped =
    flat && flat.shape.length > 1
      ? constantNode(takeName(names, `${end.name}/bias`), { ...flat, shape: flat.shape.slice(-1) })
      : null;
  const inputs = [...product.input.slice(0, 2), ...(bias ? [reshaped?.name ?? bias.input] : [])];
  const fused = makeNode(FUSED_OPS[product.op]!, end.name, inputs, attr);
  return reshaped ? [reshaped, fused] : [fused];
}

/** The convolution with the paddings of a `Pad` before it as its own; the node itself if there is none. */
function withPadding(index: GraphIndex, node: NodeDef): NodeDef {
  if (paddingOf(node) !== 'VALID') return node;
  const { node: pad } = index.producer(node.input[0]!);
  const paddings = zeroPaddings(index, pad);
  if (!paddings) return node;
  return makeNode(node.op, node.name, [pad.input[0]!, ...node.input.slice(1)], {
    ...node.attr,
    padding: attribute.text('EXPLICIT'),
    explicit_paddings: attribute.ints(paddings),
  });
}
