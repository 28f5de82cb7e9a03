import { ServingError } from '../errors/serving-error.js';
import { statusOf } from '../http/errors/problem.js';
import type { ModelHandle } from '../models/model-handle.js';
import { sniffFormat } from '../preprocessing/picture-format.js';
import type { NumbersResult } from './numbers.service.js';
import type { PictureAnswer, TimedResult } from './predict.service.js';
import { shortest } from './tensor-json.js';
import { type Timings, timingsOf, type WorkTimes } from './timings.js';

/** One picture's result, as JSON has it. */
export function pictureAnswer(result: PictureAnswer): object {
  switch (result.kind) {
    case 'labels':
      return {
        prediction: result.prediction,
        top: result.top.map((entry) => ({ ...entry, score: shortest(entry.score) })),
      };
    case 'picture':
      return {
        image: Buffer.from(result.bytes).toString('base64'),
        contentType: mediaTypeOf(result.bytes),
      };
    case 'numbers':
      return { prediction: result.outputs };
  }
}

/** Several pictures' results: `predictions` in their order, `null` where a picture was refused; `results` with the reasons. */
export function picturesAnswer(results: readonly (TimedResult | ServingError)[]): object {
  const predictions = results.map((result) => {
    if (result instanceof ServingError) return null;
    return result.kind === 'labels'
      ? result.prediction
      : result.kind === 'numbers'
        ? result.outputs
        : undefined;
  });
  return {
    ...(predictions.some((prediction) => prediction !== undefined) && { predictions }),
    results: results.map((result) =>
      result instanceof ServingError
        ? { error: pictureError(result) }
        : { ...pictureAnswer(result), timings: result.timings },
    ),
  };
}

export function numbersAnswer({ isInstance, outputs }: NumbersResult): object {
  return { [isInstance ? 'prediction' : 'predictions']: outputs };
}

/**
 * The JSON of an answer and, as its last field, how long everything took, this too.
 * @param answer makes it, with at least one field
 */
export function timedJson(
  answer: () => object,
  work: WorkTimes,
  arrivedAt: number,
): { readonly json: string; readonly timings: Timings } {
  const began = performance.now();
  const json = JSON.stringify(answer());
  const now = performance.now();
  const timings = timingsOf({ ...work, answerMs: work.answerMs + now - began }, now - arrivedAt);
  return { json: withTimings(json, timings), timings };
}

/** The JSON of an object with one more field: what takes time to write should not be written twice. */
export function withTimings(json: string, timings: object): string {
  return `${json.slice(0, -1)},"timings":${JSON.stringify(timings)}}`;
}

export function modelNames({ name, version }: ModelHandle): object {
  return { model: name, version };
}

/** What the graph encoded, told by its first bytes. */
export function mediaTypeOf(picture: Uint8Array): string {
  const format = sniffFormat(picture);
  return format === undefined ? 'application/octet-stream' : `image/${format.toLowerCase()}`;
}

function pictureError({ code, message }: ServingError): object {
  return { status: statusOf(code), code, detail: message };
}
