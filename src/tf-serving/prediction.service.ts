import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { EngineError, type NamedTensors, type Signature } from '../engine/engine.js';
import { describeTensor, fits, type Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { Line } from '../line/line.js';
import type { LineAnswer, LineRequest } from '../line/line-request.js';
import { pixelTarget } from '../line/picture-target.js';
import type { ModelHandle } from '../models/model-handle.js';
import { fitBeside } from '../predict/beside.js';
import { tooManyImages } from '../predict/predict-input.js';
import type { RequestCall } from '../turns/call.js';
import { inSlices, type Steps } from '../turns/slices.js';
import { checkExampleSignature, EXAMPLES_INPUT } from './example-signature.js';
import { Monitoring } from './monitoring.js';
import type { Verb } from './path.js';
import type { Pictures } from './request/pictures.js';
import type { Envelope } from './request/read-envelope.js';
import { exampleSteps } from './request/read-examples.js';
import { predictRequestSteps } from './request/read-predict-request.js';
import { serializedSteps } from './request/serialize-examples.js';
import { predictResponseSteps } from './response/predict-response.js';
import { resultsSteps } from './response/results.js';
import { StatusError } from './status.js';

const DEFAULT_SIGNATURE = 'serving_default';

/** Requests and answers as TensorFlow Serving's clients see them, around the line. */
@Injectable()
export class PredictionService {
  constructor(
    private readonly line: Line,
    private readonly monitoring: Monitoring,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  /**
   * @param parseMs how long it took to make `envelope` of the body
   * @returns the JSON of the answer
   * @throws StatusError, ServingError, or the signal's reason
   */
  async answer(
    verb: Verb,
    model: ModelHandle,
    { signatureName = DEFAULT_SIGNATURE, body }: Envelope,
    call: RequestCall,
    parseMs: number,
  ): Promise<LineAnswer<Buffer>> {
    const started = performance.now();
    const signature = signatureOf(model, signatureName, verb);
    const reading =
      verb === 'predict'
        ? this.prediction(model, signatureName, signature, body)
        : this.examples(verb, model, signatureName, signature, body);
    const request = await inSlices<LineRequest<Buffer>>(reading, call.signal);
    const readMs = parseMs + performance.now() - started;
    try {
      const answer = await this.line.predict(model, request, call, readMs);
      this.monitoring.run(model, verb, answer.run);
      return answer;
    } catch (error) {
      throw inOwnWords(error, request);
    }
  }

  private *prediction(
    { ready }: ModelHandle,
    signatureName: string,
    signature: Signature,
    body: Envelope['body'],
  ): Steps<LineRequest<Buffer>> {
    const target = ready.plan.signatureName === signatureName ? pixelTarget(ready.plan) : undefined;
    const { format, inputs } = yield* predictRequestSteps(body, signature.inputs, {
      pictureInput: target?.name,
      signatureName,
    });
    const write = (outputs: NamedTensors): Steps<Buffer> =>
      predictResponseSteps(
        format,
        signature.outputs.map(({ name }) => [name, outputs[name]!]),
      );
    const sent = Object.values(inputs).find((input): input is Pictures => !('dtype' in input));
    const { maxImages } = this.settings;
    if (sent && sent.bytes.length > maxImages) throw tooManyImages(maxImages, sent.bytes.length);
    return {
      signatureName,
      signature,
      inputs: besidePictures(inputs, signature, sent?.bytes.length),
      pictures: sent && { ...sent, target: target!, numbered: true },
      write,
    };
  }

  private *examples(
    verb: 'classify' | 'regress',
    model: ModelHandle,
    signatureName: string,
    signature: Signature,
    body: Envelope['body'],
  ): Steps<LineRequest<Buffer>> {
    checkExampleSignature(verb, signatureName, signature);
    const list = yield* exampleSteps(body);
    const check = (bytes: number): void => model.checkSize(list.examples.length, bytes);
    check(0);
    const examples = yield* serializedSteps(list, check);
    this.monitoring.examples(model, examples.length);
    const inputs: NamedTensors = {
      [EXAMPLES_INPUT]: { dtype: 'string', shape: [examples.length], data: examples },
    };
    const write = (outputs: NamedTensors): Steps<Buffer> => resultsSteps(verb, outputs, examples.length);
    return { signatureName, signature, inputs, write };
  }
}

/** The inputs beside pictures as the signature takes them, a row for each picture; without any they stay as they were sent. */
function besidePictures(
  inputs: Readonly<Record<string, Tensor | Pictures>>,
  { inputs: specs }: Signature,
  pictures: number | undefined,
): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  for (const [name, input] of Object.entries(inputs)) {
    if (!('dtype' in input)) continue;
    const spec = pictures === undefined ? undefined : specs.find((one) => one.name === name);
    tensors[name] = spec ? fitBeside(input, spec, pictures!) : input;
  }
  return tensors;
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
  // A client that names none cannot know which there are.
  const others = name === DEFAULT_SIGNATURE ? `. It has: ${Object.keys(signatures).join(', ')}` : '';
  throw new StatusError('INVALID_ARGUMENT', reason ?? unknown + others);
}

/**
 * Inputs are not held against the signature first, as TensorFlow Serving does not: a graph may take shapes that its signature does not
 * name. Where it does not, the signature says why.
 */
function inOwnWords(error: unknown, { signature, inputs }: LineRequest<unknown>): unknown {
  if (!(error instanceof ServingError) || error.code !== 'INPUT_REFUSED' || isTold(error)) return error;
  const misfit = signature.inputs.find(({ name, shape }) => inputs[name] && !fits(inputs[name].shape, shape));
  if (!misfit) return error;
  const received = inputs[misfit.name]!.shape.join(', ');
  const sentence = `Expected ${describeTensor(misfit)} for the input "${misfit.name}" but received the shape [${received}].`;
  return new ServingError('INPUT_REFUSED', sentence, { cause: error.cause });
}

/** Whether the engine's own reason is what the client reads. */
function isTold({ cause }: ServingError): boolean {
  return cause instanceof EngineError && cause.kind === 'input';
}
