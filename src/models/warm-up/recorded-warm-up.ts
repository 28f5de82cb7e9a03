import { EngineError, type LoadedModel, type NamedTensors } from '../../engine/engine.js';
import { SavedModelError } from '../../saved-model/saved-model.errors.js';
import type { FoundVersion } from '../source/find-versions.js';
import { readWarmUpRequests } from './requests/read-warm-up-requests.js';
import type { WarmUpRequest } from './requests/requests-of-log.js';

/**
 * Runs the requests that were recorded beside a SavedModel for TensorFlow Serving. As there, one that fails keeps the version from
 * being served (`servables/tensorflow/saved_model_warmup_util.cc`).
 * @returns how many there were
 * @throws EngineError `load`
 */
export async function runRecordedWarmUp(
  run: (signature: string, inputs: NamedTensors) => Promise<NamedTensors>,
  { signatures }: LoadedModel,
  { directory, root }: Pick<FoundVersion, 'directory' | 'root'>,
): Promise<number> {
  const requests = await readWarmUpRequests(directory, root).catch((error: unknown): never => {
    throw error instanceof SavedModelError ? new EngineError('load', error.message) : error;
  });
  for (const [index, request] of requests.entries()) {
    const { signatureName } = request;
    const failed = (reason: string): EngineError =>
      new EngineError('load', `Its recorded warm-up request ${index + 1} failed. ${reason}`);
    const signature = Object.hasOwn(signatures, signatureName) ? signatures[signatureName] : undefined;
    if (!signature) throw failed(`There is no signature ${signatureName} that can be served.`);
    const inputs = inputsOf(request, signature.inputs[0]?.name);
    const missing = signature.inputs.find(({ name }) => !Object.hasOwn(inputs, name));
    if (missing) throw failed(`It has no input ${missing.name}.`);
    await run(signatureName, inputs).catch((error: unknown): never => {
      const isRefusal = error instanceof EngineError && (error.kind === 'run' || error.kind === 'input');
      throw isRefusal ? failed(error.message) : error;
    });
  }
  return requests.length;
}

/** Examples go into the only input of their signature, as strings. */
function inputsOf(request: WarmUpRequest, input = ''): NamedTensors {
  if (request.kind === 'tensors') return request.inputs;
  return { [input]: { dtype: 'string', shape: [request.examples.length], data: request.examples } };
}
