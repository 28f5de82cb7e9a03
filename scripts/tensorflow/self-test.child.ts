import { loadTensorFlow, TensorFlowMissingError } from '../../src/engine/tensorflow/binding.js';
import type { SelfTest } from './self-test.js';

/** Loads TensorFlow as the engine host will, multiplies two matrices, and tells the parent what came out. */
async function selfTest(): Promise<SelfTest> {
  try {
    const { tf, version, device } = await loadTensorFlow();
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    const found = [...product.dataSync()].join(' ');
    // topk is one of the calls that need util.isNullOrUndefined, and a classifier's last.
    const best = [...tf.topk(tf.tensor1d([0, 9, 5]), 1).indices.dataSync()].join(' ');
    if (found === '19 22 43 50' && best === '1') return { ok: true, version, device };
    return { ok: false, reason: `a matmul gave ${found} for 19 22 43 50, and topk ${best} for 1` };
  } catch (error) {
    if (error instanceof TensorFlowMissingError) return { ok: false, reason: error.reason };
    return { ok: false, reason: String(error) };
  }
}

process.send?.(await selfTest());
process.disconnect?.();
