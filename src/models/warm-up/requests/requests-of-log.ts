import type { NamedTensors } from '../../../engine/engine.js';
import type {
  ModelSpec,
  MultiInferenceRequest,
  PredictionLog,
  PredictRequest,
} from '../../../saved-model/proto/prediction_log_pb.js';
import { quote, SavedModelError } from '../../../saved-model/saved-model.errors.js';
import type { Allowance } from './allowance.js';
import { examplesOf } from './examples.js';
import { TensorFault, tensorOfProto } from './tensor-of-proto.js';

/** A call of a model before its first user's. */
export type WarmUpRequest =
  | { readonly kind: 'tensors'; readonly signatureName: string; readonly inputs: NamedTensors }
  | {
      readonly kind: 'examples';
      readonly signatureName: string;
      /** Serialised `tf.Example`s, one at least, for the one string input of the signature. */
      readonly examples: readonly Uint8Array[];
    };

const DEFAULT_SIGNATURE = 'serving_default';
const METHODS = ['tensorflow/serving/classify', 'tensorflow/serving/regress'];

/**
 * The calls that a log stands for: one, or of a multi-inference one for each task. The model's name and version are not
 * looked at, as TensorFlow Serving does not (`saved_model_warmup.cc`), nor is an output filter.
 * @throws SavedModelError whose fault is said of the record
 */
export function requestsOfLog(
  { logType }: PredictionLog,
  file: string,
  allowance: Allowance,
): WarmUpRequest[] {
  switch (logType.case) {
    case 'predictLog':
      return [predictCall(logType.value.request, file, allowance)];
    case 'classifyLog':
    case 'regressLog': {
      const { request } = logType.value;
      const examples = examplesOf(request?.input, file, allowance);
      return [{ kind: 'examples', signatureName: signatureOf(request?.modelSpec), examples }];
    }
    case 'multiInferenceLog':
      return taskCalls(logType.value.request, file, allowance);
    case 'sessionRunLog':
      throw new SavedModelError(file, 'is a session run, which names no signature and is not served');
    case 'predictStreamedLog':
      throw new SavedModelError(file, 'is a streamed prediction, which is not served');
    case undefined:
      throw new SavedModelError(file, 'holds no request');
  }
}

function predictCall(request: PredictRequest | undefined, file: string, allowance: Allowance): WarmUpRequest {
  const inputs = Object.entries(request?.inputs ?? {}).map(([name, proto]) => {
    try {
      return [name, tensorOfProto(proto, allowance)] as const;
    } catch (error) {
      if (!(error instanceof TensorFault)) throw error;
      throw new SavedModelError(file, `has an input ${quote(name)} that ${error.message}`);
    }
  });
  if (inputs.length === 0) throw new SavedModelError(file, 'has no inputs');
  return {
    kind: 'tensors',
    signatureName: signatureOf(request?.modelSpec),
    inputs: Object.fromEntries(inputs),
  };
}

/** All tasks are of the same examples. */
function taskCalls(
  request: MultiInferenceRequest | undefined,
  file: string,
  allowance: Allowance,
): WarmUpRequest[] {
  if (!request || request.tasks.length === 0) throw new SavedModelError(file, 'has no tasks');
  const examples = examplesOf(request.input, file, allowance);
  return request.tasks.map(({ modelSpec, methodName }) => {
    if (!METHODS.includes(methodName))
      throw new SavedModelError(
        file,
        `has a task of the method ${quote(methodName)}, which is not one of ${METHODS.join(', ')}`,
      );
    return { kind: 'examples', signatureName: signatureOf(modelSpec), examples };
  });
}

function signatureOf(spec: ModelSpec | undefined): string {
  return spec?.signatureName || DEFAULT_SIGNATURE;
}
