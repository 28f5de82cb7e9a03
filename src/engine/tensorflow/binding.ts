import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTensorFlowDefaults } from './environment.js';
import { type Binding, SHARED } from './native-binding.js';

export interface LoadedTensorFlow {
  readonly binding: Binding;
  /** libtensorflow's version, such as `2.20.0`; not that of the npm package. */
  readonly version: string;
  /** Where operations run: `cpu`, or `gpu:0`, the one GPU the addon picks. */
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

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/**
 * Loads libtensorflow into this process for good, through the addon of the package; half a second the first time, and little in further threads.
 * TensorFlow gives memory back only when the process ends, so only an engine host (or a test of one) calls this. The package's
 * JavaScript is left alone: it defines hundreds of operations, and a SavedModel brings its own.
 * @throws TensorFlowMissingError
 */
export function loadTensorFlow(): LoadedTensorFlow {
  setTensorFlowDefaults();
  const require = createRequire(import.meta.url);
  let binding: Binding;
  try {
    const home = dirname(require.resolve(`${PACKAGE}/package.json`));
    binding = require(join(home, 'lib/napi-v8/tfjs_binding.node')) as Binding;
  } catch (error) {
    throw new TensorFlowMissingError(reasonOf(error), { cause: error });
  }
  if (!sharesSessions(binding)) throw new TensorFlowMissingError('its addon is of an older version');
  return { binding, version: binding.TF_Version, device: binding.isUsingGpuDevice() ? 'gpu:0' : 'cpu' };
}

/** Whether our part of the addon is in it: only that knows what is asked for here, and says that there is none. */
function sharesSessions(binding: Binding): boolean {
  try {
    binding.loadSavedModel('', SHARED);
    return false;
  } catch (error) {
    return (error as Error).message.includes(SHARED);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [line = message] = message.split('\n');
  if (code !== 'MODULE_NOT_FOUND') return line;
  return line.includes('tfjs_binding.node')
    ? 'its addon is not built'
    : `the package ${PACKAGE} is not installed`;
}
