import { createRequire } from 'node:module';

export type Core = typeof import('@tensorflow/tfjs-core');
export type Converter = typeof import('@tensorflow/tfjs-converter');

/** TensorFlow.js with its WebAssembly backend, started. */
export interface WasmBackend {
  readonly tf: Core;
  readonly converter: Converter;
  /** Of the npm packages, such as `4.22.0`. */
  readonly version: string;
  /** `cpu (WebAssembly, SIMD)` */
  readonly device: string;
}

/**
 * Starts the backend in this process: once, for good, in a few ms. It runs in this thread; threads of its own it has in browsers only
 * (`WASM_HAS_MULTITHREAD_SUPPORT` is false under Node).
 *
 * The packages are CommonJS and keep their state (backends, kernels, tensors) in the one `tfjs-core` that `require` gives them all.
 * An `import` would find their bundles for browsers, each with a core of its own. The `.wasm` file lies beside the module that opens it.
 */
export async function startBackend(): Promise<WasmBackend> {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs-core') as Core;
  tf.env().set('PROD', true); // Or it advises, on the standard streams, to install a faster backend.
  const converter = require('@tensorflow/tfjs-converter') as Converter;
  const { version_wasm: version } =
    require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm')))
    throw new Error('The WebAssembly backend of TensorFlow.js cannot start.');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { tf, converter, version, device: simd ? 'cpu (WebAssembly, SIMD)' : 'cpu (WebAssembly)' };
}
