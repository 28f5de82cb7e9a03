import { loadTensorFlow, TensorFlowMissingError } from '../../src/engine/tensorflow/binding.js';
import type { SelfTest } from './self-test.js';

/** Loads TensorFlow as the engine host will, multiplies two matrices, and tells the parent what came out. */
async function selfTest(): Promise<SelfTest> {
  try {
    const { binding, version, device } = loadTensorFlow();
    const matrix = (...numbers: number[]): number =>
      binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.from(numbers));
    const attributes = [
      { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
      { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    ];
    const inputs = [matrix(1, 2, 3, 4), matrix(5, 6, 7, 8)];
    const [product] = binding.executeOp('MatMul', attributes, inputs, 1);
    const found = [...(binding.tensorDataSync(product!.id) as Float32Array)].join(' ');
    if (found === '19 22 43 50') return { ok: true, version, device };
    return { ok: false, reason: `a matmul gave ${found} for 19 22 43 50` };
  } catch (error) {
    if (error instanceof TensorFlowMissingError) return { ok: false, reason: error.reason };
    return { ok: false, reason: String(error) };
  }
}

process.send?.(await selfTest());
process.disconnect?.();
