import type { AttrValue, NodeDef } from '../saved-model/proto/graph_pb.js';
import { isChannelsLast } from './channel-step.js';
import { constantOf } from './constant.js';
import type { GraphIndex } from './graph-index.js';
import { paddingOf, zeroPaddings } from './zero-paddings.js';

/** Height and width of tensors whose axes are batch, height, width and channels; `null` is not known. */
export type PictureSize = readonly [number | null, number | null];

/** How a convolution or a pooling moves over height and width; `null` if it is neither, or has dilations, or its channels are first. */
export interface Window {
  /** Height and width. */
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: string;
}

const UNKNOWN: PictureSize = [null, null];

/** Ops whose output is as large as their first input. */
const KEEPING = new Set(
  `Identity StopGradient PreventGradient Snapshot EnsureShape Cast BiasAdd FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Relu Relu6 Elu
  Selu LeakyRelu Sigmoid Tanh Softplus Softsign Exp Neg Abs Square Sqrt Rsqrt Erf`.split(/\s+/),
);

/** Ops of two tensors that are broadcast to one another. */
const BROADCASTING = new Set('Add AddV2 Sub Mul RealDiv Maximum Minimum SquaredDifference'.split(' '));

/** What a node's input is as large as; not known where it does not follow from the shapes of the graph's inputs. */
export type SizeOf = (input: string | undefined) => PictureSize;

export function pictureSizes(index: GraphIndex): SizeOf {
  const sizes = new Map<string, PictureSize>();
  const sizeOf: SizeOf = (input) => {
    if (input === undefined) return UNKNOWN;
    const { node, output } = index.producer(input);
    return (output === 0 && sizes.get(node.name)) || UNKNOWN;
  };
  for (const node of index.inOrder()) sizes.set(node.name, sizeAfter(index, node, sizeOf));
  return sizeOf;
}

function sizeAfter(index: GraphIndex, node: NodeDef, sizeOf: SizeOf): PictureSize {
  const { op, input } = node;
  if (op === 'Placeholder') return declaredSize(node.attr['shape']);
  if (KEEPING.has(op)) return sizeOf(input[0]);
  if (BROADCASTING.has(op))
    return each((axis) => broadcast(sizeOf(input[0])[axis]!, sizeOf(input[1])[axis]!));
  const before = sizeOf(input[0]);
  const pads = zeroPaddings(index, node);
  if (pads) return each((axis) => plus(before[axis]!, pads[2 + 2 * axis]! + pads[3 + 2 * axis]!));
  const window = windowOf(index, node);
  return window ? each((axis) => steps(before[axis]!, window, axis)) : UNKNOWN;
}

export function windowOf(index: GraphIndex, node: NodeDef): Window | null {
  const { op, attr, input } = node;
  const strides = middle(attr['strides']);
  const isPlain = (middle(attr['dilations']) ?? [1, 1]).every((step) => step === 1);
  if (!strides || !isPlain || !isChannelsLast(node)) return null;
  const isPooling = op === 'MaxPool' || op === 'AvgPool';
  if (!isPooling && op !== 'Conv2D' && op !== 'DepthwiseConv2dNative') return null;
  const kernel = isPooling ? null : constantOf(index.producer(input[1]!).node)?.shape;
  const size = isPooling ? middle(attr['ksize']) : kernel && ([kernel[0]!, kernel[1]!] as const);
  return size ? { size, strides, padding: paddingOf(node) } : null;
}

/** How many zeros `SAME` puts before and behind an axis of so many numbers. */
export function samePaddings(length: number, { size, strides }: Window, axis: 0 | 1): [number, number] {
  const count = Math.ceil(length / strides[axis]);
  const total = Math.max(0, (count - 1) * strides[axis] + size[axis] - length);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function steps(length: number | null, { size, strides, padding }: Window, axis: 0 | 1): number | null {
  if (length === null) return null;
  if (padding === 'SAME') return Math.ceil(length / strides[axis]);
  return padding === 'VALID' ? Math.floor((length - size[axis]) / strides[axis]) + 1 : null;
}

/** A length other than 1 says what the result's is, whatever the other one is. */
function broadcast(a: number | null, b: number | null): number | null {
  if (a !== null && a !== 1) return a;
  return b === 1 ? a : b;
}

const plus = (length: number | null, more: number): number | null => (length === null ? null : length + more);

const each = (of: (axis: 0 | 1) => number | null): PictureSize => [of(0), of(1)];

function declaredSize(shape: AttrValue | undefined): PictureSize {
  if (shape?.value.case !== 'shape' || shape.value.value.dim.length !== 4) return UNKNOWN;
  const sizes = shape.value.value.dim.map(({ size }) => (size < 0n ? null : Number(size)));
  return [sizes[1]!, sizes[2]!];
}

/** Of four numbers those of height and width. */
function middle(list: AttrValue | undefined): readonly [number, number] | null {
  if (list?.value.case !== 'list' || list.value.value.i.length !== 4) return null;
  const [, height, width] = list.value.value.i;
  return [Number(height), Number(width)];
}
