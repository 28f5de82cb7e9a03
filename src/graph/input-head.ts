import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { Numbers } from './arithmetic.js';
import { affineStep, isChannelsLast } from './channel-step.js';
import { type Constant, int32Values } from './constant.js';
import { parseInput } from './flat-graph.js';
import type { GraphIndex } from './graph-index.js';
import { isFloatCast, smallConst, smallConstant } from './small-constant.js';

/** `x * multiply[c] + add[c]` of each value of a picture: for each channel, in the order in which the network gets them, or once for all. */
export interface AffineMap {
  readonly multiply: readonly number[];
  readonly add: readonly number[];
}

/** What a picture has become on the way into the network. */
interface Head extends AffineMap {
  /** Which axis the channels are, counted from the last, which is 1; `null` as long as all were treated alike. */
  readonly axis: number | null;
  readonly steps: number;
}

/** Ops whose values are those of their first input, or lie between them. */
const CARRIED = new Set(
  `Identity StopGradient PreventGradient Snapshot EnsureShape ResizeNearestNeighbor ResizeBilinear ResizeBicubic ResizeArea
  ScaleAndTranslate`.split(/\s+/),
);

/** Ops that look at a tensor's shape alone. */
const SHAPE_ONLY = new Set(['Shape', 'ShapeN', 'Size', 'Rank']);

/** Where a picture's channels are, counted from the last axis. */
const LAST = 1;
const FIRST = 3;

/** Of a picture, alpha among them. */
const MAX_CHANNELS = 4;
const MAX_NODES = 100;

/**
 * The scaling and shifting by constants at the head of a graph, as `Rescaling` and `Normalization` layers do it: all that happens to an
 * input before anything else does. `undefined` if nothing of the kind does. Batch norms are none: what they make of pixels was learnt.
 * @param placeholder the name of the input's node
 * @param rank of the input
 */
export function inputHead(index: GraphIndex, placeholder: string, rank: number): AffineMap | undefined {
  let head: Head = { multiply: [1], add: [0], axis: null, steps: 0 };
  let { node } = index.producer(placeholder);
  for (let count = 0; count < MAX_NODES; count++) {
    const next = onlyReader(index, node);
    const after = next && behind(index, next, node.name, rank, head);
    if (!after) break;
    head = after;
    node = next;
  }
  return head.steps > 0 ? { multiply: head.multiply, add: head.add } : undefined;
}

/** The one node that takes the values of a node's output. */
function onlyReader(index: GraphIndex, node: NodeDef): NodeDef | null {
  const [reader, another] = index.consumersOf(node).filter(({ op }) => !SHAPE_ONLY.has(op));
  return reader && !another ? reader : null;
}

/** The head with a further node; `null` if that node is not of the head. */
function behind(index: GraphIndex, node: NodeDef, before: string, rank: number, head: Head): Head | null {
  const { op, input } = node;
  const position = input.findIndex((name) => parseInput(name).node === before);
  const argument = (at: number): Constant | null =>
    input[at] === undefined ? null : smallConst(index.producer(input[at]).node);
  if (position === 0) {
    if (CARRIED.has(op) || isFloatCast(node)) return head;
    if (op === 'Transpose') return transposed(head, argument(1));
    if (op === 'ReverseV2') return reversed(head, argument(1), rank);
    if (op === 'StridedSlice') return sliced(head, node, argument(3));
  }
  if (position > 1 || input.length !== 2) return null;
  const constant = smallConstant(index, input[1 - position]!);
  return constant && scaled(head, node, position === 0, constant);
}

function scaled(head: Head, node: NodeDef, isFirst: boolean, constant: Numbers): Head | null {
  const step = affineStep(node.op, isFirst, () => Float64Array.from(constant.values));
  const own = channelAxis(constant);
  if (!step || own === undefined) return null;
  // A bias is along the channels wherever they are.
  const axis = own !== null && node.op === 'BiasAdd' && !isChannelsLast(node) ? FIRST : own;
  if (axis !== null && head.axis !== null && axis !== head.axis) return null;
  const counts = [head.multiply.length, constant.values.length];
  const channels = Math.max(...counts);
  if (counts.some((count) => count !== 1 && count !== channels)) return null;
  const each = Array.from({ length: channels }, (_, channel) => channel);
  return {
    multiply: each.map((channel) => of(head.multiply, channel) * of(step.scale, channel)),
    add: each.map((channel) => of(head.add, channel) * of(step.scale, channel) + of(step.shift, channel)),
    axis: axis ?? head.axis,
    steps: head.steps + 1,
  };
}

/** The number of a channel, where one may stand for all. */
function of(values: ArrayLike<number>, channel: number): number {
  return values[values.length === 1 ? 0 : channel]!;
}

/** The axis, counted from the last, along which the numbers of a constant lie; `null` if it has one number, `undefined` if they are no channels'. */
function channelAxis({ shape, values }: Numbers): number | null | undefined {
  if (values.length === 1) return null;
  const long = shape.flatMap((size, index) => (size === 1 ? [] : [shape.length - index]));
  const isChannels = long.length === 1 && values.length > 1 && values.length <= MAX_CHANNELS;
  return isChannels && (long[0] === LAST || long[0] === FIRST) ? long[0] : undefined;
}

/** With the axes in another order. */
function transposed(head: Head, order: Constant | null): Head | null {
  const axes = order?.dataType === DataType.DT_INT32 ? [...int32Values(order)] : [];
  if (axes.length === 0) return null;
  if (head.axis === null) return head;
  const place = axes.indexOf(axes.length - head.axis);
  return place < 0 ? null : { ...head, axis: axes.length - place };
}

/** As RGB becomes BGR. */
function reversed(head: Head, named: Constant | null, rank: number): Head | null {
  if (named?.dataType !== DataType.DT_INT32) return null;
  const axes = [...int32Values(named)].map((axis) => (axis < 0 ? -axis : rank - axis));
  return head.axis !== null && axes.includes(head.axis) ? turned(head) : head;
}

/** `x[..., ::-1]`: the same, written as a slice. `null` if the slice is another. */
function sliced(head: Head, { attr }: NodeDef, strides: Constant | null): Head | null {
  const steps = strides?.dataType === DataType.DT_INT32 ? [...int32Values(strides)] : [];
  const bits = (key: string): number => {
    const value = attr[key]?.value;
    return value?.case === 'i' ? Number(value.value) : 0;
  };
  const all = 2 ** steps.length - 1;
  const isWhole = [bits('begin_mask'), bits('end_mask')].every(
    (mask) => (mask | bits('ellipsis_mask')) === all,
  );
  const isTurn = steps.at(-1) === -1 && steps.slice(0, -1).every((step) => step === 1);
  const keepsAxes = bits('new_axis_mask') === 0 && bits('shrink_axis_mask') === 0;
  if (!isWhole || !isTurn || !keepsAxes) return null;
  return head.axis === FIRST ? null : turned(head);
}

function turned(head: Head): Head {
  return { ...head, multiply: head.multiply.toReversed(), add: head.add.toReversed() };
}
