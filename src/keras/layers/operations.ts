import { binary, clip, unary } from '../builder/arithmetic.js';
import { type CallSite, inputsOf, type LayerKind } from '../builder/layer-kind.js';
import { reduce } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { activateByName } from './activation.js';
import { ARRAY_OPERATIONS } from './array-operations.js';
import { COMPARISONS } from './comparisons.js';
import { IMAGE_OPERATIONS } from './image-operations.js';
import { NORM_OPERATIONS } from './norm-operations.js';
import { axes, operand, option } from './operands.js';
import { gelu } from './sigmoids.js';
import { leakyRelu } from './rectifiers.js';
import { celu, hardShrink, softShrink, squareplus, thresholded } from './thresholds.js';
import { SHAPE_OPERATIONS } from './shape-operations.js';

type Operation = (site: CallSite) => Tensor | readonly Tensor[];

/**
 * The functions that may stand between the layers of a functional model, `x * 2.0` or `keras.ops.mean(x)`, as Keras 3 names their classes.
 * An operation has no weights.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...SHAPE_OPERATIONS,
  ...ARRAY_OPERATIONS,
  ...NORM_OPERATIONS,
  ...IMAGE_OPERATIONS,
  ...COMPARISONS,
  Add: onTwo('AddV2'),
  Subtract: onTwo('Sub'),
  Multiply: onTwo('Mul'),
  Divide: onTwo('RealDiv'),
  TrueDivide: onTwo('RealDiv'),
  Maximum: onTwo('Maximum'),
  Minimum: onTwo('Minimum'),
  Power: onTwo('Pow'),
  Negative: onOne('Neg'),
  Absolute: onOne('Abs'),
  Square: onOne('Square'),
  Sqrt: onOne('Sqrt'),
  Rsqrt: onOne('Rsqrt'),
  Exp: onOne('Exp'),
  Log: onOne('Log'),
  Log1p: onOne('Log1p'),
  Expm1: onOne('Expm1'),
  Erf: onOne('Erf'),
  Sign: onOne('Sign'),
  Sin: onOne('Sin'),
  Cos: onOne('Cos'),
  Arctan: onOne('Atan'),
  Floor: onOne('Floor'),
  Ceil: onOne('Ceil'),
  Reciprocal: onOne('Reciprocal'),
  ZerosLike: onOne('ZerosLike'),
  OnesLike: onOne('OnesLike'),
  StopGradient: x,
  Mean: reduction('Mean'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Sum: reduction('Sum'),
  Amax: reduction('Max'),
  Amin: reduction('Min'),
  Clip: (site) =>
    clip(
      site.graph,
      x(site),
      bound(site, 1, 'x_min', 'clip_value_min'),
      bound(site, 2, 'x_max', 'clip_value_max'),
    ),
  Relu: activation('relu'),
  Relu6: activation('relu6'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Silu: activation('silu'),
  HardSigmoid: activation('hard_sigmoid'),
  HardSilu: activation('hard_silu'),
  Elu: activation('elu'),
  Selu: activation('selu'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  Mish: activation('mish'),
  HardTanh: activation('hard_tanh'),
  LogSigmoid: activation('log_sigmoid'),
  TanhShrink: activation('tanh_shrink'),
  SparsePlus: activation('sparse_plus'),
  SparseSigmoid: activation('sparse_sigmoid'),
  Sparsemax: alongLast('sparsemax'),
  Glu: alongLast('glu'),
  Celu: (site) => celu(site.graph, x(site), bound(site, 1, 'alpha') ?? 1),
  HardShrink: (site) => hardShrink(site.graph, x(site), bound(site, 1, 'threshold') ?? 0.5),
  SoftShrink: (site) => softShrink(site.graph, x(site), bound(site, 1, 'threshold') ?? 0.5),
  Squareplus: (site) => squareplus(site.graph, x(site), bound(site, 1, 'b') ?? 4),
  Threshold: (site) =>
    thresholded(site.graph, x(site), bound(site, 1, 'threshold') ?? 0, bound(site, 2, 'default_value') ?? 0),
  Gelu: (site) => gelu(site.graph, x(site), (option(site, 1, 'approximate') ?? site.keras >= 3) === true),
  LeakyRelu: (site) => leakyRelu(site.graph, x(site), bound(site, 1, 'negative_slope', 'alpha') ?? 0.2),
};

/** The functions of TensorFlow that Keras 2 keeps by their names in layers of the class `TFOpLambda`, and which of the above each is. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'nn.bias_add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'TrueDivide',
  'math.divide': 'TrueDivide',
  'math.maximum': 'Maximum',
  'math.minimum': 'Minimum',
  'math.pow': 'Power',
  'math.negative': 'Negative',
  'math.abs': 'Absolute',
  'math.square': 'Square',
  'math.sqrt': 'Sqrt',
  'math.rsqrt': 'Rsqrt',
  'math.exp': 'Exp',
  'math.log': 'Log',
  'math.reduce_mean': 'Mean',
  'math.reduce_max': 'Max',
  'math.reduce_min': 'Min',
  'math.reduce_sum': 'Sum',
  'math.sigmoid': 'Sigmoid',
  'math.tanh': 'Tanh',
  'math.softplus': 'Softplus',
  'nn.relu': 'Relu',
  'nn.relu6': 'Relu6',
  'nn.elu': 'Elu',
  'nn.selu': 'Selu',
  'nn.silu': 'Silu',
  'nn.swish': 'Silu',
  'nn.gelu': 'Gelu',
  'nn.leaky_relu': 'LeakyRelu',
  'nn.softmax': 'Softmax',
  'nn.log_softmax': 'LogSoftmax',
  clip_by_value: 'Clip',
  concat: 'Concatenate',
  reshape: 'Reshape',
  'compat.v1.transpose': 'Transpose',
  transpose: 'Transpose',
  'compat.v1.squeeze': 'Squeeze',
  squeeze: 'Squeeze',
  expand_dims: 'ExpandDims',
  stack: 'Stack',
  reverse: 'Flip',
  'compat.v1.pad': 'Pad',
  pad: 'Pad',
  'image.resize': 'Resize',
  cast: 'Cast',
  identity: 'Cast',
  '__operators__.getitem': 'GetItem',
};

/** By the name of the class that Keras 3 gives it. */
export function operationOf(name: string): LayerKind | null {
  return Object.hasOwn(OPERATIONS, name) ? { build: OPERATIONS[name]! } : null;
}

/** The layers in which Keras 2 keeps an operation. */
export const FUNCTION_LAYERS: Readonly<Record<string, LayerKind>> = {
  TFOpLambda: { build: callFunction },
  SlicingOpLambda: { build: callFunction },
};

function callFunction(site: CallSite): Tensor | readonly Tensor[] {
  const name = site.config.text('function');
  const operation = Object.hasOwn(FUNCTIONS, name) ? OPERATIONS[FUNCTIONS[name]!] : undefined;
  if (!operation) throw site.config.unsupported(`with the function ${JSON.stringify(name.slice(0, 80))}`);
  return operation(site);
}

function x(site: CallSite): Tensor {
  return operand(site, 0, 'x', 'input', 'inputs');
}

function onOne(op: string): Operation {
  return (site) => unary(site.graph, op, x(site));
}

function onTwo(op: string): Operation {
  return (site) =>
    binary(site.graph, op, operand(site, 0, 'x', 'x1', 'value'), operand(site, 1, 'y', 'x2', 'bias'));
}

function activation(name: string): Operation {
  return (site) => activateByName(site, x(site), name);
}

function alongLast(name: string): Operation {
  return (site) => {
    const input = x(site);
    const [axis] = axes(site, input, 1, 'axis') ?? [input.rank - 1];
    if (axis !== input.rank - 1) throw site.config.unsupported('along another axis than the last');
    return activateByName(site, input, name);
  };
}

function reduction(op: 'Mean' | 'Max' | 'Min' | 'Sum'): Operation {
  return (site) => {
    const [input] = inputsOf({ ...site, args: site.args.slice(0, 1) });
    if (!input) throw site.config.unsupported('called with other than a tensor');
    const along = axes(site, input, 1, 'axis');
    if (!along || along.includes(0)) throw site.config.unsupported('across the examples of a batch');
    return reduce(site.graph, op, input, along, option(site, 2, 'keepdims') === true);
  };
}

function bound(site: CallSite, place: number, ...names: readonly string[]): number | null {
  const value = option(site, place, ...names);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw site.config.malformed(names[0] ?? '', 'a number');
  return value;
}
