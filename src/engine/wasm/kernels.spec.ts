import { startBackend } from './backend.js';
import { einsum } from './einsum.js';
import { mendKernels } from './kernels.js';

const { tf } = await startBackend();
mendKernels(tf);

describe('a window that is larger than what it is laid on', () => {
  const picture = tf.ones([1, 2, 3, 1]) as ReturnType<typeof tf.tensor4d>;

  it.each<[string, () => unknown]>([
    ['a convolution', () => tf.conv2d(picture, tf.ones([3, 3, 1, 1]), 1, 'valid')],
    ['a depthwise one', () => tf.depthwiseConv2d(picture, tf.ones([3, 3, 1, 1]), 1, 'valid')],
    ['a dilated one', () => tf.conv2d(picture, tf.ones([2, 2, 1, 1]), 1, 'valid', 'NHWC', 3)],
    ['a pool of the largest', () => tf.maxPool(picture, 3, 1, 'valid')],
    ['a pool of averages', () => tf.avgPool(picture, 3, 1, 'valid')],
  ])('is an error of %s, and writes nothing', (_, run) => {
    expect(run).toThrow(/^A window is larger than what it is laid on, \d × \d\.$/);
  });
});

describe('a product by an equation', () => {
  const filled = (...shape: number[]) => tf.ones(shape);

  it.each<[string, string, number[], number[]]>([
    ['one label has two sizes', 'ab,bc->ac', [2, 3], [4, 2]],
    ['a label of the batch has two sizes', 'nab,nbc->nac', [2, 3, 4], [3, 4, 5]],
    ['a tensor has more dimensions than labels', 'ab,bc->ac', [2, 3, 1], [3, 2]],
    ['a tensor has fewer dimensions than labels', 'nab,bc->nac', [2, 3], [3, 2]],
  ])('is an error where %s, and reads nothing', (_, equation, left, right) => {
    expect(() => einsum(tf, equation, [filled(...left), filled(...right)])).toThrow(
      /^Einsum .* does not fit /,
    );
  });

  it('is that product where all sizes fit', () => {
    const product = einsum(tf, 'ab,bc->ac', [filled(2, 3), filled(3, 4)]);
    expect([product.shape, [...product.dataSync()]]).toEqual([[2, 4], Array.from({ length: 8 }, () => 3)]);
  });
});

describe('an order of dimensions that names one twice', () => {
  it.each<[number[], number[]]>([
    [
      [2, 3],
      [1, 1],
    ],
    [
      [2, 3, 4],
      [0, 2, 2],
    ],
    [
      [0, 3],
      [0, 0],
    ],
  ])('is an error of a transposition of %j by %j, and writes nothing', (shape, perm) => {
    expect(() => tf.transpose(tf.ones(shape), perm)).toThrow(/^Transpose names a dimension twice: /);
  });
});
