import { ServingError } from '../errors/serving-error.js';
import { statusOf } from '../http/errors/problem.js';
import type { ModelHandle } from '../models/model-handle.js';
import { sniffFormat } from '../preprocessing/picture-format.js';
import type { NumbersResult } from './numbers.service.js';
import type { PictureResult } from './predict.service.js';
import { shortest } from './tensor-json.js';
import { rounded } from './timings.js';

/** The JSON of one picture's result. */
export function pictureAnswer(result: PictureResult): object {
  const timings = rounded(result.timings);
  switch (result.kind) {
    case 'labels':
      return {
        prediction: result.prediction,
        top: result.top.map((entry) => ({ ...entry, score: shortest(entry.score) })),
        timings,
      };
    case 'picture':
      return {
        image: Buffer.from(result.bytes).toString('base64'),
        contentType: mediaTypeOf(result.bytes),
        timings,
      };
    case 'numbers':
      return { prediction: result.outputs, timings };
  }
}

/** The JSON of several pictures: `predictions` in their order, `null` where a picture was refused; `results` with the reasons. */
export function picturesAnswer(results: readonly (PictureResult | ServingError)[], totalMs: number): object {
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
      result instanceof ServingError ? { error: pictureError(result) } : pictureAnswer(result),
    ),
    timings: { totalMs: Math.round(totalMs * 1000) / 1000 },
  };
}

export function numbersAnswer({ isInstance, outputs, timings }: NumbersResult): object {
  return { [isInstance ? 'prediction' : 'predictions']: outputs, timings: rounded(timings) };
}

export function modelNames({ name, version }: ModelHandle): object {
  return { model: name, version };
}

/** What the graph encoded, told by its first bytes. */
export function mediaTypeOf(picture: Uint8Array): string {
  const format = sniffFormat(picture);
  return format === undefined ? 'application/octet-stream' : `image/${format.toLowerCase()}`;
}

/**
 * Whether an error concerns its picture alone. Others, such as a full queue or a deadline, concern the whole request: half an
 * answer would leave the client to find out what to send again.
 */
export function concernsPicture(error: unknown): error is ServingError {
  return error instanceof ServingError && statusOf(error.code) < 499;
}

function pictureError({ code, message }: ServingError): object {
  return { status: statusOf(code), code, detail: message };
}
