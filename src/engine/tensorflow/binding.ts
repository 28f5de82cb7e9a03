import { createRequire } from 'node:module';
import util from 'node:util';

/** TensorFlow's JavaScript interface, typed as the package types it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  /** libtensorflow's version, such as `2.20.0`; not that of the npm package. */
  readonly version: string;
  /** Where operations run: `cpu`, or `gpu:0`, the one GPU the package picks. */
  readonly device: string;
}

/** The package, its compiled addon or TensorFlow's libraries are not there, or do not fit each other. */
export class TensorFlowMissingError extends Error {
  override readonly name = 'TensorFlowMissingError';

  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(
      `TensorFlow cannot be loaded (${reason}): run npm run tensorflow, or npm run doctor to see what is missing.`,
      options,
    );
  }
}

/** What the package's backend has beside the interface it publishes. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * Loads libtensorflow into this process: once, for good, about a second. TensorFlow gives memory back only when the
 * process ends, so only an engine host (or a test of one) calls this. Call it in a main thread: a worker's environment
 * variables do not reach the C library. Throws TensorFlowMissingError.
 */
export async function loadTensorFlow(): Promise<LoadedTensorFlow> {
  // Read once, when libtensorflow starts: 2 keeps errors and drops most notices (two lines that the first SavedModel
  // causes obey no setting). Whoever wants more sets it himself.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels, which TensorFlow uses of itself only on newer processors: on an AMD EPYC with AVX2 they ran MobileNetV2 1.5 times as
  // fast in batches of 8 (bench:optimise with 0 and 1), and there are some (dilated depthwise and grouped convolutions) that TensorFlow's own cannot do on a CPU.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Or TensorFlow takes all of a GPU's memory at its start, and leaves none to others.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  restoreOldUtil();
  const require = createRequire(import.meta.url);
  let tf: TensorFlow;
  try {
    tf = require('@tensorflow/tfjs-node-gpu') as TensorFlow;
  } catch (error) {
    throw new TensorFlowMissingError(reasonOf(error), { cause: error });
  }
  await tf.ready();
  const backend = tf.backend() as unknown as NodeBackend;
  return { tf, version: backend.binding.TF_Version, device: backend.isUsingGpuDevice ? 'gpu:0' : 'cpu' };
}

/** The package, written for Node 8, calls two functions of `util` that Node 22 warns of; Node 23 and later lack the first. */
function restoreOldUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND') return 'the package @tensorflow/tfjs-node-gpu is not installed';
  if (code === 'ERR_DLOPEN_FAILED') return message.split('\n')[0] ?? message;
  return message.includes('tfjs_binding.node')
    ? 'its addon is not built'
    : (message.split('\n')[0] ?? message);
}
