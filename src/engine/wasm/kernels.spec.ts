import { startBackend } from './backend.js';
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
