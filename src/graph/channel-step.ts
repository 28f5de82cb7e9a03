import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { constantOf, float32Values } from './constant.js';
import { parseInput } from './flat-graph.js';
import type { GraphIndex } from './graph-index.js';

/** What a node does to each channel of the tensor that it takes: `x * scale[c] + shift[c]`. */
export interface ChannelStep {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** The node before, whose only consumer this is. */
export interface Before {
  readonly name: string;
  readonly rank: number;
  readonly channels: number;
}

/**
 * What `node` does to each channel of the tensor before, which has its channels last; `null` if it is not that simple.
 * Computed in float64.
 */
export function channelStep(index: GraphIndex, node: NodeDef, before: Before): ChannelStep | null {
  const position = node.input.findIndex((input) => parseInput(input).node === before.name);
  if (parseInput(node.input[position]!).output !== 0) return null;
  const other = (): Float64Array | null => perChannel(index, node.input[1 - position]!, before);
  switch (node.op) {
    case 'BiasAdd':
      return isChannelsLast(node) ? affineStep(node.op, position === 0, other) : null;
    case 'FusedBatchNorm':
    case 'FusedBatchNormV2':
    case 'FusedBatchNormV3':
      return position === 0 && isChannelsLast(node) ? batchNorm(index, node, before) : null;
    default:
      return affineStep(node.op, position === 0, other);
  }
}

/**
 * What an op of a tensor and a constant does to each element of the tensor; `null` if it is none that scales or shifts.
 * @param isFirst whether the tensor is its first input
 * @param constant the other input; `null` if it is no constant
 */
export function affineStep(
  op: string,
  isFirst: boolean,
  constant: () => Float64Array | null,
): ChannelStep | null {
  switch (op) {
    case 'BiasAdd':
      return isFirst ? add(constant(), 1) : null;
    case 'Add':
    case 'AddV2':
      return add(constant(), 1);
    case 'Sub':
      return isFirst ? add(constant(), -1) : subtractedFrom(constant());
    case 'Mul':
      return multiply(constant(), (value) => value);
    case 'RealDiv':
      return isFirst ? multiply(constant(), (value) => 1 / value) : null;
    default:
      return null;
  }
}

export function isChannelsLast({ attr }: NodeDef): boolean {
  const format = attr['data_format']?.value;
  return format?.case !== 's' || Buffer.from(format.value).toString() === 'NHWC';
}

/** A constant input as one number per channel; `null` if it is none, or would change the tensor's shape. */
function perChannel(index: GraphIndex, input: string, { rank, channels }: Before): Float64Array | null {
  const constant = constantOf(index.producer(input).node);
  if (constant?.dataType !== DataType.DT_FLOAT || constant.shape.length > rank) return null;
  const values = float32Values(constant);
  const last = constant.shape.at(-1) ?? 1;
  if (values.length !== last || (last !== 1 && last !== channels)) return null;
  return Float64Array.from({ length: channels }, (_, channel) => values[last === 1 ? 0 : channel]!);
}

function add(shift: Float64Array | null, sign: number): ChannelStep | null {
  return (
    shift && { scale: new Float64Array(shift.length).fill(1), shift: shift.map((value) => sign * value) }
  );
}

function subtractedFrom(shift: Float64Array | null): ChannelStep | null {
  return shift && { scale: new Float64Array(shift.length).fill(-1), shift };
}

function multiply(factor: Float64Array | null, of: (value: number) => number): ChannelStep | null {
  return factor && { scale: factor.map(of), shift: new Float64Array(factor.length) };
}

function batchNorm(index: GraphIndex, node: NodeDef, before: Before): ChannelStep | null {
  // Without the attribute it is training, and so are the statistics those of the batch.
  if (node.attr['is_training']?.value.value !== false) return null;
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((k) => perChannel(index, node.input[k]!, before));
  if (!gamma || !beta || !mean || !variance) return null;
  const given = node.attr['epsilon']?.value;
  const epsilon = given?.case === 'f' ? given.value : 1e-4;
  const scale = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  return { scale, shift: beta.map((value, channel) => value - mean[channel]! * scale[channel]!) };
}
