import { Injectable } from '@nestjs/common';
import { EngineError, type NamedTensors, type Signature } from '../engine/engine.js';
import { describeTensor, fits, type Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import type { RequestCall } from '../http/call.js';
import { fitBeside } from '../predict/beside.js';
import { type Room, roomOf } from '../predict/room.js';
import { type Timings, timingsOf } from '../predict/timings.js';
import type { Call } from '../turns/call.js';
import { checkExampleSignature, EXAMPLES_INPUT } from './example-signature.js';
import { Monitoring } from './monitoring.js';
import type { Verb } from './path.js';
import { type PictureInput, pictureInputOf, PictureJoiner } from './pictures.js';
import type { Pictures } from './request/pictures.js';
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

/** What a request says beside the model, and how its answer is written. */
interface Work {
  readonly inputs: Readonly<Record<string, Tensor | Pictures>>;
  readonly pictureInput?: PictureInput | undefined;
  write(outputs: NamedTensors): Buffer;
}

/** The inputs of a request, ready to run; and what was done for their pictures, in ms. */
interface Decoded {
  readonly inputs: NamedTensors;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

const DEFAULT_SIGNATURE = 'serving_default';

/** The line as TensorFlow Serving's clients see it: JSON → tensors → batch → engine → JSON. */
@Injectable()
export class PredictionService {
  constructor(
    private readonly pictures: PictureJoiner,
    private readonly metrics: Metrics,
    private readonly monitoring: Monitoring,
  ) {}

  /**
   * @param parseMs how long it took to make `envelope` of the body
   * @throws StatusError, ServingError, or the signal's reason
   */
  async answer(
    verb: Verb,
    model: ModelHandle,
    { signatureName = DEFAULT_SIGNATURE, body }: Envelope,
    call: RequestCall,
    parseMs: number,
  ): Promise<Answer> {
    const started = performance.now();
    const signature = signatureOf(model, signatureName, verb);
    const work =
      verb === 'predict'
        ? this.prediction(model, signatureName, signature, body)
        : this.examples(verb, model, signatureName, signature, body);
    const readMs = parseMs + performance.now() - started;
    const { rows, bytes } = sizeOf(signature, work.inputs);
    const admitted = model.admit(rows, bytes, call);
    try {
      const { decoded, run } = await admitted.inTurn({
        prepare: () => this.decoded(model, work, admitted.call),
        isSlow: Object.values(work.inputs).some(
          (input) => !('dtype' in input) && this.pictures.takeLong(input),
        ),
        run: async (ready) => ({
          decoded: ready,
          run: await runSignature(model, signatureName, signature, ready.inputs, admitted.call),
        }),
      });
      this.monitoring.run(model, verb, run);
      const began = performance.now();
      const written = work.write(run.outputs);
      const done = performance.now();
      const timings = timingsOf(
        {
          decodeMs: readMs + decoded.decodeMs,
          preprocessMs: decoded.preprocessMs,
          inferenceMs: run.inferenceMs,
          answerMs: done - began,
        },
        done - call.arrivedAt,
      );
      this.metrics.observeStages(model.name, timings);
      return { body: written, timings };
    } finally {
      admitted.leave();
    }
  }

  private prediction(
    { ready }: ModelHandle,
    signatureName: string,
    signature: Signature,
    body: Envelope['body'],
  ): Work {
    const pictureInput = pictureInputOf(ready.plan, signatureName);
    const { format, inputs } = readPredictRequest(body, signature.inputs, {
      pictureInput: pictureInput?.name,
      signatureName,
    });
    const write = (outputs: NamedTensors): Buffer =>
      writePredictResponse(
        format,
        signature.outputs.map(({ name }) => [name, outputs[name]!]),
      );
    return { inputs: besidePictures(inputs, signature), pictureInput, write };
  }

  private async decoded(
    { ready: { plan } }: ModelHandle,
    { inputs, pictureInput }: Work,
    call: Call,
  ): Promise<Decoded> {
    const tensors: Record<string, Tensor> = {};
    let [decodeMs, preprocessMs] = [0, 0];
    for (const [name, input] of Object.entries(inputs)) {
      if ('dtype' in input) {
        tensors[name] = input;
        continue;
      }
      const joined = await this.pictures.join(input, pictureInput!, call);
      tensors[name] = joined.tensor;
      decodeMs += joined.decodeMs;
      preprocessMs += joined.preprocessMs;
    }
    const began = performance.now();
    await this.pictures.checkEncoded(plan, tensors);
    decodeMs += performance.now() - began;
    return { inputs: tensors, decodeMs, preprocessMs };
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
    return { inputs, write: (outputs) => writeResults(verb, outputs, examples.length) };
  }
}

/** The inputs with those that stand beside pictures as the signature takes them, a row for each picture. */
function besidePictures(inputs: Work['inputs'], { inputs: specs }: Signature): Work['inputs'] {
  const pictures = Object.values(inputs).find((input) => !('dtype' in input));
  if (!pictures || 'dtype' in pictures) return inputs;
  const fitted = specs.map((spec) => {
    const input = inputs[spec.name]!;
    return [spec.name, 'dtype' in input ? fitBeside(input, spec, pictures.bytes.length) : input] as const;
  });
  return Object.fromEntries(fitted);
}

/** What a request takes of its model's queue: a picture is a row, and its bytes are as it was sent. */
function sizeOf(signature: Signature, inputs: Work['inputs']): Room {
  const tensors: Record<string, Tensor> = {};
  let [pictures, bytes] = [0, 0];
  for (const [name, input] of Object.entries(inputs)) {
    if ('dtype' in input) {
      tensors[name] = input;
      continue;
    }
    pictures += input.bytes.length;
    for (const { byteLength } of input.bytes) bytes += byteLength;
  }
  const numbers = roomOf(signature, tensors);
  return { rows: Math.max(pictures, numbers.rows), bytes: bytes + numbers.bytes };
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
async function runSignature(
  model: ModelHandle,
  name: string,
  { inputs: specs }: Signature,
  inputs: NamedTensors,
  call: Call,
): ReturnType<ModelHandle['run']> {
  try {
    return await model.run(name, inputs, call);
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
