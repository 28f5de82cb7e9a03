import type { Tensor } from '@tensorflow/tfjs-core';
import { attribute } from '../../graph/nodes.js';
import type { AttrValue } from '../../saved-model/proto/graph_pb.js';
import type { Core } from './backend.js';

const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz';

/** Whether an equation is one that `einsum` computes: two operands, no label twice in one, no `...`. */
export function isPlainEinsum(equation: string): boolean {
  const [operands = '', output, ...more] = equation.replaceAll(' ', '').split('->');
  const [left, right, ...others] = operands.split(',');
  if (left === undefined || right === undefined || others.length > 0) return false;
  if (output === undefined || more.length > 0) return false;
  const plain = [left, right, output].every(
    (labels) => /^[a-zA-Z]*$/.test(labels) && new Set(labels).size === labels.length,
  );
  if (new Set(left + right).size > LOWER_CASE.length) return false;
  // A label of one operand alone would have to be summed there first.
  const free = [...left].every((label) => right.includes(label) || output.includes(label));
  return plain && free && [...right].every((label) => left.includes(label) || output.includes(label));
}

/**
 * The equation with other labels, all of them lower case: TensorFlow.js makes the text of attributes lower case, which would give
 * `abA,bc->acA` the label `a` twice.
 */
export function inLowerCase(equation: Uint8Array): AttrValue {
  const text = Buffer.from(equation).toString('latin1');
  const labels = [...new Set(text.replace(/[^a-zA-Z]/g, ''))];
  return attribute.text(text.replace(/[a-zA-Z]/g, (label) => LOWER_CASE[labels.indexOf(label)]!));
}

/**
 * The product of two tensors by an equation such as `bhqk,bkhd->bqhd`, as one product of matrices in batches, which the WebAssembly
 * backend has; its own `einsum` it has not.
 */
export function einsum(tf: Core, equation: string, [a, b]: readonly Tensor[]): Tensor {
  const [operands = '', output = ''] = equation.replaceAll(' ', '').split('->');
  const [left = '', right = ''] = operands.split(',');
  const batch = [...left].filter((label) => right.includes(label) && output.includes(label));
  const summed = [...left].filter((label) => right.includes(label) && !output.includes(label));
  const rows = [...left].filter((label) => !right.includes(label));
  const columns = [...right].filter((label) => !left.includes(label));

  const sizes = new Map<string, number>();
  for (const [labels, tensor] of [
    [left, a!],
    [right, b!],
  ] as const) {
    [...labels].forEach((label, axis) => {
      const size = tensor.shape[axis];
      if (labels.length !== tensor.rank || size !== (sizes.get(label) ?? size))
        throw new Error(`Einsum ${equation} does not fit [${a!.shape.join()}] and [${b!.shape.join()}].`);
      sizes.set(label, size!);
    });
  }
  const sizeOf = (labels: readonly string[]): number =>
    labels.reduce((product, label) => product * sizes.get(label)!, 1);
  const matrices = (tensor: Tensor, labels: string, first: string[], second: string[]): Tensor => {
    const order = [...batch, ...first, ...second].map((label) => labels.indexOf(label));
    return tf.reshape(tf.transpose(tensor, order), [sizeOf(batch), sizeOf(first), sizeOf(second)]);
  };
  const product = tf.matMul(matrices(a!, left, rows, summed), matrices(b!, right, summed, columns));
  const labels = [...batch, ...rows, ...columns];
  const shaped = tf.reshape(
    product,
    labels.map((label) => sizes.get(label)!),
  );
  return tf.transpose(
    shaped,
    [...output].map((label) => labels.indexOf(label)),
  );
}
