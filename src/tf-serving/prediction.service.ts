import { Injectable } from '@nestjs/common';
import { EngineError, type NamedTensors, type Signature } from '../engine/engine.js';
import { describeTensor, fits, type Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import type { Timings } from '../predict/timings.js';
import { checkExampleSignature, EXAMPLES_INPUT } from './example-signature.js';
import { Monitoring } from './monitoring.js';
import type { Verb } from './path.js';
import { pictureInputOf, PictureJoiner } from './pictures.js';
import type { Envelope } from './request/read-envelope.js';
import { readExamples } from './request/read-examples.js';
import { readPredictRequest } from './request/read-predict-request.js';
import { serializeExamples } from './request/serialize-examples.js';
import { writePredictResponse } from './response/predict-response.js';
import { writeResults } from './response/results.js';
import { StatusError } from './status.js';

/** The JSON of an answer. */
export interface Answer {
  readonly body: Buffer;
  readonly timings: Timings;
}

/** What a request says beside the model, ready to run, and how its answer is written. */
interface Work {
  readonly inputs: NamedTensors;
  readonly waitMs: number;
  readonly decodeMs: number;
  readonly preprocessMs: number;
  write(outputs: NamedTensors): Buffer;
}

const DEFAULT_SIGNATURE = 'serving_default';
const NO_PICTURES = { waitMs: 0, decodeMs: 0, preprocessMs: 0 } as const;

/** The line as TensorFlow Serving's clients see it: JSON → tensors → batch → engine → JSON. */
@Injectable()
export class PredictionService {
  constructor(
    private readonly pictures: PictureJoiner,
    private readonly metrics: Metrics,
    private readonly monitoring: Monitoring,
  ) {}

  /** @throws StatusError, ServingError, or the signal's reason */
  async answer(
    verb: Verb,
    model: ModelHandle,
    { signatureName = DEFAULT_SIGNATURE, body }: Envelope,
    signal: AbortSignal,
  ): Promise<Answer> {
    const started = performance.now();
    const signature = signatureOf(model, signatureName, verb);
    const work =
      verb === 'predict'
        ? await this.prediction(model, signatureName, signature, body, signal)
        : this.examples(verb, model, signatureName, signature, body);
    const run = await runSignature(model, signatureName, signature, work.inputs, signal);
    const written = work.write(run.outputs);
    const { decodeMs, preprocessMs } = work;
    const { queueMs, inferenceMs } = run;
    const totalMs = performance.now() - started;
    const timings = { decodeMs, preprocessMs, queueMs: work.waitMs + queueMs, inferenceMs, totalMs };
    this.metrics.observeStages(model.name, timings);
    this.monitoring.run(model, verb, run);
    return { body: written, timings };
  }

  private async prediction(
    { ready }: ModelHandle,
    signatureName: string,
    signature: Signature,
    body: Envelope['body'],
    signal: AbortSignal,
  ): Promise<Work> {
    const { plan } = ready;
    const pictureInput = pictureInputOf(plan, signatureName);
    const { format, inputs } = readPredictRequest(body, signature.inputs, {
      pictureInput: pictureInput?.name,
      signatureName,
    });
    const tensors: Record<string, Tensor> = {};
    let times: Pick<Work, 'waitMs' | 'decodeMs' | 'preprocessMs'> = NO_PICTURES;
    for (const [name, input] of Object.entries(inputs)) {
      if ('dtype' in input) {
        tensors[name] = input;
        continue;
      }
      const joined = await this.pictures.join(input, pictureInput!, signal);
      tensors[name] = joined.tensor;
      times = joined;
    }
    if (plan.task === 'image-to-image' && plan.signatureName === signatureName)
      await this.pictures.checkEncoded(plan, tensors);
    const write = (outputs: NamedTensors): Buffer =>
      writePredictResponse(
        format,
        signature.outputs.map(({ name }) => [name, outputs[name]!]),
      );
    return { inputs: tensors, ...times, write };
  }

  private examples(
    verb: 'classify' | 'regress',
    model: ModelHandle,
    signatureName: string,
    signature: Signature,
    body: Envelope['body'],
  ): Work {
    checkExampleSignature(verb, signatureName, signature);
    const examples = serializeExamples(readExamples(body));
    this.monitoring.examples(model, examples.length);
    const inputs: NamedTensors = {
      [EXAMPLES_INPUT]: { dtype: 'string', shape: [examples.length], data: examples },
    };
    return { inputs, ...NO_PICTURES, write: (outputs) => writeResults(verb, outputs, examples.length) };
  }
}

/** @throws StatusError INVALID_ARGUMENT if the model has no such signature, or none that can be run */
function signatureOf({ ready: { loaded } }: ModelHandle, name: string, verb: Verb): Signature {
  const { signatures, refused } = loaded;
  if (Object.hasOwn(signatures, name)) return signatures[name]!;
  const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
  const unknown =
    verb === 'predict'
      ? `Serving signature name: "${name}" not found in signature def`
      : `No signature was found with the name: ${name}`;
  throw new StatusError('INVALID_ARGUMENT', reason ?? unknown);
}

/**
 * Inputs are not held against the signature first, as TensorFlow Serving does not: a graph may take shapes that its signature does not
 * name. Where it does not, the signature says why.
 */
async function runSignature(
  model: ModelHandle,
  name: string,
  { inputs: specs }: Signature,
  inputs: NamedTensors,
  signal: AbortSignal,
): ReturnType<ModelHandle['run']> {
  try {
    return await model.run(name, inputs, signal);
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'INPUT_REFUSED' || isTold(error)) throw error;
    const misfit = specs.find((spec) => {
      const { shape, normalise } = inputs[spec.name]!;
      return normalise === undefined && !fits(shape, spec.shape);
    });
    if (!misfit) throw error;
    const received = inputs[misfit.name]!.shape.join(', ');
    const sentence = `Expected ${describeTensor(misfit)} for the input "${misfit.name}" but received the shape [${received}].`;
    throw new ServingError('INPUT_REFUSED', sentence, { cause: error.cause });
  }
}

/** Whether the engine's own reason is what the client reads. */
function isTold({ cause }: ServingError): boolean {
  return cause instanceof EngineError && cause.kind === 'input';
}
