import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { Core } from './backend.js';

/** What the backend knows of the tensors in its memory. */
interface Memory {
  readonly dataIdMap: { get(id: object): { dtype: string } };
}

/** Mends kernels of the WebAssembly backend, for good. */
export function mendKernels(tf: Core): void {
  const original = tf.getKernel('StridedSlice', 'wasm') as KernelConfig;
  tf.unregisterKernel('StridedSlice', 'wasm');
  tf.registerKernel({
    ...original,
    // It copies words of 32 bits, rightly, and says of all of them that they are float32.
    kernelFunc: (given) => {
      const x = given.inputs['x']!;
      if (x.dtype !== 'int32') return original.kernelFunc(given);
      const slice = original.kernelFunc(given) as TensorInfo;
      const { dataIdMap } = given.backend as Memory;
      dataIdMap.get(slice.dataId).dtype = x.dtype;
      return { ...slice, dtype: x.dtype };
    },
  });
}
