import type { DataType, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { Core } from './backend.js';

/** What a kernel is called with. */
export type Given = Parameters<KernelConfig['kernelFunc']>[0];
export type Kernel = (given: Given) => TensorInfo | TensorInfo[];

/** What of the backend the mended kernels use. */
export interface Memory {
  readonly dataIdMap: { get(id: object): { dtype: string } };
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  disposeData(id: object): void;
  typedArrayFromHeap(tensor: TensorInfo): { fill(value: number): void; set(values: ArrayLike<number>): void };
  readSync(id: object): ArrayLike<number>;
}

/** Puts `kernelFunc` before a kernel of the WebAssembly backend, for good. */
export function mend(
  tf: Core,
  name: string,
  kernelFunc: (original: Kernel, given: Given) => ReturnType<Kernel>,
): void {
  const config = tf.getKernel(name, 'wasm') as KernelConfig;
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel({ ...config, kernelFunc: (given) => kernelFunc(config.kernelFunc, given) });
}

export function memoryOf({ backend }: Given): Memory {
  return backend as unknown as Memory;
}

/** A tensor of the shape, of which nothing is written where it has elements. */
export function outputOf(given: Given, shape: readonly number[], dtype: DataType): TensorInfo {
  return memoryOf(given).makeOutput(shape, dtype);
}
