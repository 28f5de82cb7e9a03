import { attribute } from '../../graph/nodes.js';
import type { AttrValue } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';

type Attributes = Readonly<Record<string, AttrValue>>;

const PLANE = { dilations: attribute.ints([1, 1, 1, 1]) };
const NORM = { epsilon: attribute.float(1e-4) };

/**
 * What TensorFlow takes for an attribute that is left out, as a SavedModel leaves those out that have their default: for the ops for
 * which TensorFlow.js takes nothing, or something else (an epsilon ten times as large).
 */
const DEFAULTS: Readonly<Record<string, Attributes>> = {
  Conv2D: PLANE,
  DepthwiseConv2dNative: PLANE,
  Conv3D: { dilations: attribute.ints([1, 1, 1, 1, 1]), data_format: attribute.text('NDHWC') },
  FusedBatchNorm: NORM,
  FusedBatchNormV2: NORM,
  FusedBatchNormV3: NORM,
  DepthToSpace: { data_format: attribute.text('NHWC') },
  CropAndResize: { method: attribute.text('bilinear'), extrapolation_value: attribute.float(0) },
  OneHot: { axis: attribute.int(-1) },
  // Of float32 its numbers could be no indices, and would be divided as decimals.
  Range: { Tidx: attribute.type(DataType.DT_INT32) },
};

/** An op's attributes with those that are left out. */
export function withDefaults(op: string, attr: Attributes): Attributes {
  return { ...(Object.hasOwn(DEFAULTS, op) ? DEFAULTS[op] : {}), ...attr };
}
