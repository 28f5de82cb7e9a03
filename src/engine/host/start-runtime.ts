import type { Engine, EngineNote } from '../engine.js';
import { TensorFlowMissingError } from '../tensorflow/binding.js';

/** The runtimes that a host can hold, by the name that the setting `ENGINE` gives them. */
const RUNTIMES: Readonly<Record<string, (note?: EngineNote) => Promise<Engine>>> = {
  /** Native TensorFlow if it can be loaded, or else WebAssembly, which then says why. */
  auto: () => tensorFlowOr(startTensorFlow, startWasm),
  tensorflow: startTensorFlow,
  wasm: startWasm,
  fake: async () => new (await import('../fake/fake.engine.js')).FakeEngine(),
};

export function isRuntime(name: string): boolean {
  return Object.hasOwn(RUNTIMES, name);
}

/**
 * Starts the runtime of that name, in this process.
 * @param fault why it is that one, for the log, where another could not be used
 */
export function startRuntime(name: string, fault?: string): Promise<Engine> {
  return RUNTIMES[name]!(fault === undefined ? undefined : { text: fault, isFault: true });
}

async function startTensorFlow(): Promise<Engine> {
  return (await import('../tensorflow/tensorflow.engine.js')).TensorFlowEngine.start();
}

async function startWasm(note?: EngineNote): Promise<Engine> {
  return (await import('../wasm/wasm.engine.js')).WasmEngine.start(note);
}

/** Only that TensorFlow cannot be loaded is a reason to do without it. */
export async function tensorFlowOr(
  tensorflow: () => Promise<Engine>,
  wasm: (note: EngineNote) => Promise<Engine>,
): Promise<Engine> {
  try {
    return await tensorflow();
  } catch (error) {
    if (!(error instanceof TensorFlowMissingError)) throw error;
    return wasm(noteOf(error));
  }
}

/** Why it is not TensorFlow that runs the models. */
function noteOf({ reason, cause }: TensorFlowMissingError): EngineNote {
  const isFault = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_DLOPEN_FAILED';
  const text = isFault
    ? `TensorFlow is installed but cannot be loaded (${reason}): npm run doctor says what is wrong.`
    : 'TensorFlow is not installed: npm run tensorflow installs it and makes predictions faster.';
  return { text, isFault };
}
