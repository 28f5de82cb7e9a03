import type { Tensor } from '@tensorflow/tfjs-core';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import type { Converter, Core, WasmBackend } from './backend.js';
import { einsum } from './einsum.js';
import { broadcastShape } from './empty-tensors.js';

type OpExecutor = Parameters<Converter['registerOp']>[1];
type CustomOp = (tf: Core, node: Parameters<OpExecutor>[0]) => Tensor | Tensor[];

/** The largest float32 below 2^31. */
const LARGEST_INT32 = 2_147_483_520;

/** TensorFlow's ops that TensorFlow.js lacks, or gives other numbers for, in terms of what it has. */
const CUSTOM_OPS: Readonly<Record<string, CustomOp>> = {
  PreventGradient: (tf, { inputs: [x] }) => tf.clone(x!),
  Softsign: (tf, { inputs: [x] }) => tf.div(x!, tf.add(tf.abs(x!), 1)),
  Erfc: (tf, { inputs: [x] }) => tf.sub(1, tf.erf(x!)),
  Rint: (tf, { inputs: [x] }) => tf.round(x!),
  Inv: (tf, { inputs: [x] }) => tf.reciprocal(x!),
  BatchMatMulV2: (tf, { inputs: [x, y], attrs }) => batchMatMul(tf, x!, y!, attrs),
  BatchMatMulV3: (tf, { inputs: [x, y], attrs }) => batchMatMul(tf, x!, y!, attrs),
  Einsum: (tf, { inputs, attrs }) => einsum(tf, String(attrs['equation']), inputs),
  ShapeN: (tf, { inputs }) => inputs.map(({ shape }) => tf.tensor1d(shape, 'int32')),
  EnsureShape: (tf, { inputs: [x], attrs }) => ensured(tf, x!, attrs['shape'] as number[] | undefined),
  OneHot: (tf, { inputs, attrs }) => oneHot(tf, inputs, Number(attrs['axis'])),
  Select: (tf, { inputs: [condition, x, y] }) => select(tf, byRow(tf, condition!, x!), x!, y!),
  SelectV2: (tf, { inputs: [condition, x, y] }) => select(tf, condition!, x!, y!),
  BroadcastTo: (tf, { inputs: [x, shape] }) => broadcastTo(tf, x!, [...shape!.dataSync()]),
  SpaceToDepth: (tf, { inputs: [x], attrs }) => spaceToDepth(tf, x!, Number(attrs['block_size'])),
  CastToBool: (tf, { inputs: [x] }) => tf.notEqual(x!, tf.cast(0, x!.dtype)),
  CastToUint8: (tf, { inputs: [x] }) => tf.mod(tf.cast(x!, 'int32'), tf.scalar(256, 'int32')),
  CastToInt64: (tf, { inputs: [x] }) => {
    const largest = tf.max(tf.abs(x!)).dataSync()[0] ?? 0;
    if (largest > LARGEST_INT32) throw new Error('A Cast to int64 has a number beyond 32 bits.');
    return tf.cast(x!, 'int32');
  },
};

type Attributes = Parameters<OpExecutor>[0]['attrs'];

/** The backend repeats only an operand whose batch is 1; others are repeated here. */
function batchMatMul(tf: Core, x: Tensor, y: Tensor, attrs: Attributes): Tensor {
  const batch = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const whole = (tensor: Tensor): Tensor => broadcastTo(tf, tensor, [...batch, ...tensor.shape.slice(-2)]);
  return tf.matMul(whole(x), whole(y), Boolean(attrs['adj_x']), Boolean(attrs['adj_y']));
}

/** TensorFlow.js leaves a dimension of 1 as it is where it becomes one of 0. */
function broadcastTo(tf: Core, x: Tensor, shape: number[]): Tensor {
  return shape.includes(0) ? tf.zeros(shape, x.dtype) : tf.broadcastTo(x, shape);
}

function select(tf: Core, condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const shape = broadcastShape(condition.shape, x.shape, y.shape);
  return shape.includes(0) ? tf.zeros(shape, x.dtype) : tf.where(condition, x, y);
}

/** Makes them known to TensorFlow.js, for good. */
export function registerCustomOps({ tf, converter }: WasmBackend): void {
  for (const [name, run] of Object.entries(CUSTOM_OPS)) {
    converter.registerOp(name, (node) => tf.tidy(() => run(tf, node)));
  }
}

/** The op by which TensorFlow.js runs a node. A cast is told apart by where it leads: TensorFlow.js copies bytes. */
export function runtimeOp({ op, attr }: NodeDef): string {
  if (op === 'PlaceholderWithDefault') return 'Identity'; // A graph's inputs have no default: it is not fed.
  if (op !== 'Cast') return op;
  const [from, to] = [attr['SrcT']?.value.value, attr['DstT']?.value.value];
  if (to === DataType.DT_BOOL && from !== DataType.DT_BOOL) return 'CastToBool';
  if (to === DataType.DT_UINT8 && from !== DataType.DT_BOOL) return 'CastToUint8';
  if (to === DataType.DT_INT64 && from === DataType.DT_FLOAT) return 'CastToInt64';
  return op;
}

function spaceToDepth(tf: Core, x: Tensor, block: number): Tensor {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const rows = height / block;
  const columns = width / block;
  const blocks = tf.reshape(x, [n * rows, block, columns, block * channels]);
  return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [n, rows, columns, block * block * channels]);
}

function ensured(tf: Core, x: Tensor, shape: readonly number[] | undefined): Tensor {
  const fits =
    !shape || (shape.length === x.rank && shape.every((size, axis) => size === -1 || size === x.shape[axis]));
  if (!fits)
    throw new Error(`Expected a tensor of shape [${shape.join(', ')}] but received [${x.shape.join(', ')}].`);
  return tf.clone(x);
}

/** The backend's own writes whole numbers where real ones belong. */
function oneHot(tf: Core, [indices, depth, on, off]: readonly Tensor[], axis: number): Tensor {
  const hot = tf.cast(tf.oneHot(indices!, depth!.dataSync()[0]!), 'bool');
  const last = tf.where(hot, on!, off!);
  if (axis === -1 || axis === last.rank - 1) return last;
  const order = Array.from({ length: last.rank - 1 }, (_, index) => index);
  return tf.transpose(last, order.toSpliced(axis, 0, last.rank - 1));
}

/** A condition for each row of `x`, if it is of one dimension, for each of its elements. */
function byRow(tf: Core, condition: Tensor, x: Tensor): Tensor {
  if (condition.rank !== 1 || x.rank <= 1) return condition;
  return tf.reshape(condition, [condition.size, ...Array.from({ length: x.rank - 1 }, () => 1)]);
}
