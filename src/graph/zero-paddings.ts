import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { constantOf, float32Values, int32Values } from './constant.js';
import type { GraphIndex } from './graph-index.js';

/**
 * The eight numbers by which a node pads the height and width of pictures with zeros, before and behind each axis; `null` if it does
 * another thing.
 */
export function zeroPaddings(index: GraphIndex, { op, input }: NodeDef): readonly number[] | null {
  if (op !== 'Pad' && op !== 'PadV2') return null;
  const paddings = constantOf(index.producer(input[1]!).node);
  if (paddings?.dataType !== DataType.DT_INT32) return null;
  const value = op === 'PadV2' ? constantOf(index.producer(input[2]!).node) : null;
  if (op === 'PadV2' && (value?.dataType !== DataType.DT_FLOAT || float32Values(value)[0] !== 0)) return null;
  const numbers = [...int32Values(paddings)];
  const plain = numbers.length === 8 && [0, 1, 6, 7].every((place) => numbers[place] === 0);
  return plain && numbers.every((number) => number >= 0) ? numbers : null;
}

/** How a convolution or a pooling pads: `VALID`, `SAME` or `EXPLICIT`; empty for what has no padding. */
export function paddingOf({ attr }: NodeDef): string {
  const padding = attr['padding']?.value;
  return padding?.case === 's' ? Buffer.from(padding.value).toString('utf8') : '';
}
