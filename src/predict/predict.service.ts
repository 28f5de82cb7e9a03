import { Injectable } from '@nestjs/common';
import type { Admitted } from '../batching/admission.js';
import type { NamedTensors } from '../engine/engine.js';
import { release } from '../engine/release.js';
import { bytesOf } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import type { Ranked } from '../labels/rank.js';
import type { RequestCall } from '../http/call.js';
import type { ModelHandle } from '../models/model-handle.js';
import { hasDefault, inputsOfPixels, pixelInput } from '../models/model-plan.js';
import { rankScores, scoresOf } from '../models/scores.js';
import { isImageInput } from '../preprocessing/image-input.js';
import { PreprocessingService } from '../preprocessing/preprocessing.service.js';
import type { Call } from '../turns/call.js';
import { concernsPicture } from './concerns-picture.js';
import { noSignature } from './no-signature.js';
import { tensorToJson } from './tensor-json.js';
import { type Timings, timingsOf, type WorkTimes } from './timings.js';

export type PictureAnswer =
  | { readonly kind: 'labels'; readonly prediction: string; readonly top: readonly Ranked[] }
  | { readonly kind: 'picture'; readonly bytes: Uint8Array }
  | { readonly kind: 'numbers'; readonly outputs: unknown };

/** What a model makes of one picture. */
export type PictureResult = PictureAnswer & { readonly work: WorkTimes };

/** The same of one of several, which was there before its request was answered. */
export type TimedResult = PictureAnswer & { readonly timings: Timings };

/** A picture, and what its model takes beside it. */
export interface PictureRow {
  readonly picture: Uint8Array;
  readonly beside: NamedTensors;
}

interface PictureInputs {
  readonly inputs: NamedTensors;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/** The line itself, which every protocol calls: picture → pixels → batch → engine → answer. */
@Injectable()
export class PredictService {
  constructor(private readonly preprocessing: PreprocessingService) {}

  /**
   * @param topK how many labels; the model's own number by default
   * @param readMs how long it took to find the picture in the request; counts as decoding
   * @throws ServingError, or the signal's reason
   */
  async picture(
    model: ModelHandle,
    row: PictureRow,
    topK: number | undefined,
    call: Call,
    readMs: number,
  ): Promise<PictureResult> {
    return this.admitted(model, row, topK, model.admit(1, bytesOfRow(row), call), readMs);
  }

  /**
   * Several pictures of one request, each for itself: one that cannot be read spoils no other. All are let in before the first is decoded,
   * or none; and where the request is refused meanwhile, no more is done for any of them.
   * @param pictures one that was at fault already stands as its error
   * @throws ServingError that concerns the request, or the signal's reason
   */
  async pictures(
    model: ModelHandle,
    pictures: readonly (PictureRow | ServingError)[],
    topK: number | undefined,
    { arrivedAt, ...call }: RequestCall,
    readMs: number,
  ): Promise<(TimedResult | ServingError)[]> {
    const stop = new AbortController();
    const together = { ...call, signal: AbortSignal.any([call.signal, stop.signal]) };
    const admitted = admitAll(model, pictures, together);
    const work = pictures.map(async (picture, index): Promise<TimedResult | ServingError> => {
      if (picture instanceof ServingError) return picture;
      try {
        const { work: spent, ...answer } = await this.admitted(
          model,
          picture,
          topK,
          admitted[index] as Admitted,
          readMs,
        );
        return { ...answer, timings: timingsOf(spent, performance.now() - arrivedAt) };
      } catch (error) {
        if (concernsPicture(error)) return error;
        throw error;
      }
    });
    try {
      return await Promise.all(work);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  }

  private async admitted(
    model: ModelHandle,
    row: PictureRow,
    topK: number | undefined,
    { call, inTurn, leave }: Admitted,
    readMs: number,
  ): Promise<PictureResult> {
    const run = async ({ inputs, decodeMs, preprocessMs }: PictureInputs): Promise<PictureResult> => {
      const { outputs, inferenceMs } = await model.run(model.ready.plan.signatureName, inputs, call);
      const began = performance.now();
      const answer = answerOf(model, outputs, topK);
      release(inputs); // It has an answer, so it was read to its end.
      const answerMs = performance.now() - began;
      return { ...answer, work: { decodeMs: readMs + decodeMs, preprocessMs, inferenceMs, answerMs } };
    };
    try {
      const isSlow = this.preprocessing.takesLong(row.picture);
      return await inTurn({ prepare: () => this.inputsOf(model, row, call), run, isSlow });
    } finally {
      leave();
    }
  }

  private async inputsOf(
    model: ModelHandle,
    { picture, beside }: PictureRow,
    call: Call,
  ): Promise<PictureInputs> {
    const { plan } = model.ready;
    if (plan.task === 'image-to-image') {
      const { bytes, decodeMs } = await this.preprocessing.toEncoded(
        picture,
        plan.encoding,
        call,
        plan.maxPixels,
      );
      const shape = rankOf(model, plan.input) === 0 ? [] : [1];
      return {
        inputs: { ...beside, [plan.input]: { dtype: 'string', shape, data: [bytes] } },
        decodeMs,
        preprocessMs: 0,
      };
    }
    const target = pixelInput(plan);
    if (!target) throw takesNumbers(model);
    const { tensor, decodeMs, preprocessMs } = await this.preprocessing.toPixels(
      picture,
      target.preprocessing,
      call,
      plan.maxPixels,
    );
    return { inputs: { ...beside, ...inputsOfPixels(target.spec, tensor) }, decodeMs, preprocessMs };
  }
}

function takesNumbers(model: ModelHandle): ServingError {
  const { plan } = model.ready;
  const { name } = model;
  if (!hasDefault(plan)) return noSignature(model, undefined);
  const fitting = plan.signature.inputs.filter(isImageInput).map((input) => input.name);
  const why =
    fitting.length > 1
      ? `Its model.yaml does not say which of ${fitting.join(', ')} takes the picture (input: ${fitting[0]}).`
      : `GET /models/${name} shows its inputs.`;
  const sentence = `The model "${name}" takes numbers, not pictures: send {"input": …}. ${why}`;
  return new ServingError('FIELD_INVALID', sentence);
}

/** How much was sent for a picture, in bytes. */
function bytesOfRow({ picture, beside }: PictureRow): number {
  return Object.values(beside).reduce((sum, tensor) => sum + bytesOf(tensor), picture.byteLength);
}

/** @throws ServingError REQUEST_TOO_LARGE, QUEUE_FULL, DEADLINE_UNREACHABLE, or the signal's reason; none is in then */
function admitAll(
  model: ModelHandle,
  pictures: readonly (PictureRow | ServingError)[],
  call: Call,
): readonly (Admitted | undefined)[] {
  const rows = pictures.filter((picture): picture is PictureRow => !(picture instanceof ServingError));
  model.checkSize(
    rows.length,
    rows.reduce((sum, row) => sum + bytesOfRow(row), 0),
  );
  const all: (Admitted | undefined)[] = [];
  try {
    for (const picture of pictures)
      all.push(picture instanceof ServingError ? undefined : model.admit(1, bytesOfRow(picture), call));
    return all;
  } catch (error) {
    for (const one of all) one?.leave();
    throw error;
  }
}

function rankOf(model: ModelHandle, input: string): number | undefined {
  return model.ready.plan.signature.inputs.find(({ name }) => name === input)?.shape?.length;
}

function answerOf({ ready }: ModelHandle, outputs: NamedTensors, topK: number | undefined): PictureAnswer {
  const { plan, labels } = ready;
  switch (plan.task) {
    case 'classification': {
      const top = rankScores(plan, scoresOf(plan, outputs), labels, topK ?? plan.topK);
      return { kind: 'labels', prediction: top[0]?.label ?? 'Unknown', top };
    }
    case 'image-to-image':
      return { kind: 'picture', bytes: (outputs[plan.output]!.data as readonly Uint8Array[])[0]! };
    case 'tensor':
      return { kind: 'numbers', outputs: outputsToJson(outputs, true) };
  }
}

/**
 * The outputs of a model of numbers: one output stands for itself, several are an object by name.
 * @param instance the first dimension is a batch of one that the client did not send
 */
export function outputsToJson(outputs: NamedTensors, instance: boolean): unknown {
  const json = Object.entries(outputs).map(([name, tensor]) => {
    const isBatchOfOne = instance && tensor.shape[0] === 1;
    return [name, tensorToJson(isBatchOfOne ? { ...tensor, shape: tensor.shape.slice(1) } : tensor)] as const;
  });
  return json.length === 1 ? json[0]![1] : Object.fromEntries(json);
}
